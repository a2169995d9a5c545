using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// The links between rows. Layer 0 holds all rows, with up to 2·M links each; each layer above holds a fraction 1/M of
/// the one below, with up to M links each. A row's height is a function of (seed, row). Unused link slots are −1.
/// </summary>
internal sealed unsafe class HnswGraph : IDisposable
{
    private const int MaxLayer = 20;
    private const int CostOfJump = 8;

    private int* ground;
    private byte[] heights = [];
    private int[] starts = [];
    private int[] upper = [];
    private int capacity;
    private int upperUsed;

    public HnswGraph(GraphOptions options) => Options = options;

    ~HnswGraph() => HugePageMemory.Free(ground);

    public GraphOptions Options { get; }

    /// <summary>The number of rows in the graph, which are rows 0 … count − 1.</summary>
    public int Count { get; private set; }

    /// <summary>The row of the top layer where searches begin.</summary>
    public int Entry { get; private set; } = -1;

    public int TopLayer { get; private set; } = -1;

    /// <summary>The number of nodes that a search of layer 0 considers, chosen by measured recall.</summary>
    public int SearchWidth { get; set; } = 64;

    /// <summary>The measured recall of the ten nearest rows at this width; 0 before the measurement.</summary>
    public double MeasuredRecall { get; set; }

    /// <summary>The measured average number of rows that a search at this width compares with the query.</summary>
    public double Comparisons { get; set; }

    /// <summary>
    /// Whether a search of the graph is faster than a comparison with every row: a random row takes about eight times
    /// as long as the next one in memory. It is not faster for vectors without structure (uniform in a hundred
    /// dimensions); exact search is used for those.
    /// </summary>
    public bool IsWorthwhile => Comparisons * CostOfJump < Count;

    /// <summary>The size of the graph in memory, in bytes.</summary>
    public long Bytes => ((long)capacity * 2 * Options.Links * sizeof(int)) + heights.LongLength
        + (sizeof(int) * (starts.LongLength + upper.LongLength));

    public int HeightOf(int row) => heights[row];

    /// <summary>Returns the maximum number of links of a row on a layer.</summary>
    public int LinksOn(int layer) => layer == 0 ? 2 * Options.Links : Options.Links;

    /// <summary>Returns the links of a row on a layer.</summary>
    public Span<int> Links(int row, int layer)
        => layer == 0
            ? new Span<int>(ground + ((long)row * 2 * Options.Links), 2 * Options.Links)
            : upper.AsSpan(starts[row] + ((layer - 1) * Options.Links), Options.Links);

    /// <summary>Returns the address of a row's links on layer 0.</summary>
    public int* GroundLinks(int row) => ground + ((long)row * 2 * Options.Links);

    /// <summary>Reserves memory for a total number of rows.</summary>
    public void Reserve(int rows)
    {
        if (rows <= capacity)
        {
            return;
        }

        long links = 2L * Options.Links * sizeof(int);
        ground = (int*)HugePageMemory.Resize(ground, Count * links, rows * links);
        Array.Resize(ref heights, rows);
        Array.Resize(ref starts, rows);
        capacity = rows;
    }

    /// <summary>Adds rows without links. A new row cannot be the entry before <see cref="Raise"/>.</summary>
    public void Add(int rows)
    {
        Reserve(Count + rows);
        for (int row = Count; row < Count + rows; row++)
        {
            Add(row, DrawHeight(row));
        }

        Count += rows;
    }

    /// <summary>Makes a row the entry if it is higher than the current one.</summary>
    public void Raise(int row)
    {
        if (heights[row] > TopLayer)
        {
            (Entry, TopLayer) = (row, heights[row]);
        }
    }

    public void Dispose()
    {
        HugePageMemory.Free(ground);
        ground = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the graph.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(SearchWidth);
        writer.Write(MeasuredRecall);
        writer.Write(Comparisons);
        writer.Write(heights.AsSpan(0, Count));
        for (int row = 0; row < Count; row++)
        {
            for (int layer = 0; layer <= heights[row]; layer++)
            {
                writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Links(row, layer)));
            }
        }
    }

    /// <summary>Reads a graph written by <see cref="Write"/> with the same options.</summary>
    /// <exception cref="InvalidDataException">The graph is inconsistent.</exception>
    public static HnswGraph Read(BinaryReader reader, GraphOptions options, int rows)
    {
        var graph = new HnswGraph(options);
        int count = reader.ReadInt32();
        Expect(count >= 0 && count <= rows);
        graph.SearchWidth = Math.Max(1, reader.ReadInt32());
        graph.MeasuredRecall = reader.ReadDouble();
        graph.Comparisons = reader.ReadDouble();
        graph.Reserve(count);
        byte[] heights = reader.ReadBytes(count);
        Expect(heights.Length == count && heights.All(height => height <= MaxLayer));
        for (int row = 0; row < count; row++)
        {
            graph.Add(row, heights[row]);
            graph.Raise(row);
            for (int layer = 0; layer <= heights[row]; layer++)
            {
                Span<int> links = graph.Links(row, layer);
                reader.BaseStream.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(links));
                foreach (int link in links)
                {
                    Expect(link >= -1 && link < count && (link < 0 || heights[link] >= layer));
                }
            }
        }

        graph.Count = count;
        return graph;
    }

    private static void Expect(bool truth)
    {
        if (!truth)
        {
            throw new InvalidDataException("the graph is inconsistent");
        }
    }

    private int DrawHeight(int row)
    {
        double draw = 1 - new RandomStream(Options.Seed, Purpose.Graph, row).NextDouble();
        return Math.Min(MaxLayer, (int)(-Math.Log(draw) / Math.Log(Options.Links)));
    }

    private void Add(int row, int height)
    {
        heights[row] = (byte)height;
        starts[row] = upperUsed;
        int needed = upperUsed + (height * Options.Links);
        if (needed > upper.Length)
        {
            Array.Resize(ref upper, Math.Max(needed, Math.Max(1024, upper.Length + (upper.Length / 4))));
        }

        upper.AsSpan(upperUsed, height * Options.Links).Fill(-1);
        upperUsed = needed;
        new Span<int>(GroundLinks(row), 2 * Options.Links).Fill(-1);
    }
}
