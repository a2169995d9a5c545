using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Text;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// Vectors in memory, searched by cosine: exactly, or through a graph (HNSW) once <see cref="BuildGraph"/> was called. Any
/// number of threads may search; adding, removing and building want it alone.
/// </summary>
public sealed class VectorIndex : IDisposable
{
    /// <summary>The maximum number of dimensions.</summary>
    public const int MaxDimension = VectorRows.MaxDimension;

    private readonly VectorRows rows;
    private readonly RowSet removed = new();
    private readonly ConcurrentBag<SearchQuery> queries = [];
    private readonly ConcurrentBag<GraphSearcher> searchers = [];
    private HnswGraph? graph;
    private long compared;

    /// <summary>An empty index.</summary>
    /// <param name="dimension">Numbers per vector, 1 … 65,536.</param>
    /// <param name="capacity">Room for so many vectors from the start; it grows as needed.</param>
    public VectorIndex(int dimension, int capacity = 0)
    {
        rows = new VectorRows(
            Require.Between(dimension, 1, VectorRows.MaxDimension), Require.NonNegative(capacity));
    }

    /// <summary>Numbers per vector.</summary>
    public int Dimension => rows.Dimension;

    /// <summary>Vectors added, removed ones included: the next one's number.</summary>
    public int Count => rows.Count;

    /// <summary>Vectors that were removed.</summary>
    public int Removed => removed.Count;

    /// <summary>Whether the graph holds every vector.</summary>
    public bool HasGraph => graph is { } built && built.Count == rows.Count && rows.Count > 0;

    /// <summary>
    /// Whether searches use the graph: it holds every vector, and in them it is faster than looking at all (in vectors without
    /// any structure it is not).
    /// </summary>
    public bool UsesGraph => Graph is not null;

    /// <summary>The share of the ten nearest that the graph finds, measured when it was built; 0 without one.</summary>
    public double GraphRecall => HasGraph ? graph!.MeasuredRecall : 0;

    /// <summary>How many vectors a search through the graph considers, chosen by measured recall; 0 without one.</summary>
    public int GraphWidth => HasGraph ? graph!.SearchWidth : 0;

    /// <summary>Bytes held by vectors, codes and graph.</summary>
    public long Bytes => rows.Bytes + (graph?.Bytes ?? 0);

    /// <summary>Threads of an exact search and of building. Default one per core. Results do not depend on it.</summary>
    public int Threads { get; init => field = Require.Positive(value); } = ComputeThreads.Cores;

    internal Int8Kernel Kernel { get; init; } = Int8Kernels.Fastest;

    /// <summary>The graph, if it holds every vector.</summary>
    internal HnswGraph? BuiltGraph => HasGraph ? graph : null;

    /// <summary>The graph, if it holds every vector and is faster than looking at all of them.</summary>
    internal HnswGraph? Graph => BuiltGraph is { IsWorthwhile: true } built ? built : null;

    /// <summary>Vectors that a search of the graph compares with the query on average.</summary>
    internal double Comparisons => graph?.Comparisons ?? 0;

    /// <summary>Vectors that walks over the graph compared so far.</summary>
    internal long Compared => Volatile.Read(ref compared);

    /// <summary>An index of a table; row numbers are the table's.</summary>
    /// <exception cref="DataException">A number is not finite.</exception>
    public static VectorIndex FromTable(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.RequireFinite();
        var index = new VectorIndex(table.Dimension, table.Count);
        for (int row = 0; row < table.Count; row++)
        {
            index.rows.Add(table[row]);
        }

        return index;
    }

    /// <summary>Adds a vector of any length above 0; all zeros are similar to nothing.</summary>
    /// <returns>Its row: the number of vectors added before.</returns>
    /// <exception cref="DataException">It has another dimension, or holds numbers that are not finite.</exception>
    public int Add(ReadOnlySpan<float> vector)
    {
        Check(vector, "the vector");
        return rows.Add(vector);
    }

    /// <summary>Removes a vector: it is found no more, and its number is not used again.</summary>
    /// <returns>False where it had been removed before.</returns>
    public bool Remove(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rows.Count);
        return removed.Add(row);
    }

    /// <summary>Whether a vector was removed.</summary>
    public bool IsRemoved(int row) => removed.Contains(row);

    /// <summary>A vector, divided by its length.</summary>
    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rows.Count);
            return rows[row];
        }
    }

    /// <summary>
    /// The most similar vectors, the most similar first; of equals the one added first. Exact without a graph: what comparing
    /// with every vector in float32 gives. With one, the share <see cref="GraphRecall"/> of them on average.
    /// </summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="exact">Whether to do without the graph.</param>
    /// <returns>Fewer where there are fewer.</returns>
    /// <exception cref="DataException">The query has another dimension, or holds numbers that are not finite.</exception>
    public IReadOnlyList<Neighbor> Find(ReadOnlySpan<float> query, int count, bool exact = false)
        => Find(query, count, exact ? null : Graph);

    /// <summary>The same by the graph even where exact search is faster.</summary>
    public IReadOnlyList<Neighbor> FindByGraph(ReadOnlySpan<float> query, int count)
        => Find(query, count, BuiltGraph);

    private Neighbor[] Find(ReadOnlySpan<float> query, int count, HnswGraph? by)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Check(query, "the query");
        SearchQuery encoded = queries.TryTake(out SearchQuery? free) ? free : new SearchQuery(Dimension, rows.CodeLength);
        encoded.Set(query);
        Neighbor[] found = by is not null
            ? FindByGraph(by, encoded, count, Math.Max(by.SearchWidth, 2 * count), without: -1)
            : FindExactly(encoded, count);
        queries.Add(encoded);
        return found;
    }

    /// <summary>
    /// Builds the graph, or extends it by the vectors added since; then measures how far a search must look for the recall
    /// asked for. The graph does not depend on the threads.
    /// </summary>
    /// <param name="options">How; an existing graph keeps its own.</param>
    /// <param name="progress">Told the number of vectors in the graph.</param>
    /// <param name="cancellation">Stops between batches; what is built so far is kept, and not used before it is complete.</param>
    public void BuildGraph(GraphOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        graph ??= new HnswGraph(options ?? new GraphOptions());
        searchers.Clear();
        new GraphBuilder(rows, graph, Kernel, Threads).Extend(progress, cancellation);
        if (HasGraph)
        {
            new SearchWidthChoice(this, graph).Choose(cancellation);
        }
    }

    /// <summary>
    /// Divides a vector by its Euclidean length, however large or small. A vector of zeros is unchanged.
    /// </summary>
    /// <param name="vector">The vector.</param>
    /// <param name="unit">The destination of the result, of the same length.</param>
    public static void Normalize(ReadOnlySpan<float> vector, Span<float> unit) => VectorRows.Normalize(vector, unit);

    /// <inheritdoc/>
    public void Dispose()
    {
        rows.Dispose();
        graph?.Dispose();
    }

    /// <summary>Writes the graph, complete or not, without the vectors, for <see cref="ReadGraph"/>.</summary>
    /// <param name="stream">The stream, which stays open.</param>
    /// <exception cref="InvalidOperationException">There is no graph.</exception>
    public void WriteGraph(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        (graph ?? throw new InvalidOperationException("there is no graph to write; build one first")).Write(writer);
    }

    /// <summary>
    /// Reads a graph that <see cref="WriteGraph"/> wrote for the same vectors, or for the first of them. A graph of the
    /// first vectors is not searched until <see cref="BuildGraph"/> has extended it.
    /// </summary>
    /// <param name="stream">The stream, which is read from its position to the end of the graph and stays open.</param>
    /// <param name="options">The options that the graph was built with.</param>
    /// <param name="rows">The number of vectors in the graph.</param>
    /// <exception cref="InvalidDataException">The graph is damaged, or belongs to other vectors.</exception>
    /// <exception cref="EndOfStreamException">The graph is truncated.</exception>
    public void ReadGraph(Stream stream, GraphOptions options, int rows)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var read = HnswGraph.Read(reader, options, rows);
        searchers.Clear();
        graph = read;
    }

    /// <summary>The nearest by a walk over the graph, without one row (−1 for none) and its links.</summary>
    internal Neighbor[] FindByGraph(HnswGraph built, SearchQuery query, int count, int width, int without)
    {
        GraphSearcher searcher = searchers.TryTake(out GraphSearcher? free) ? free : GraphSearcher.Create(rows, built, Kernel);
        long before = searcher.Compared;
        var best = new List<Neighbor>();
        while (true)
        {
            searcher.Search(query, width, without);
            best.Clear();
            Compare(searcher.Pool, query, count, without, best);
            if (best.Count >= Math.Min(count, rows.Count - removed.Count - (without >= 0 ? 1 : 0)))
            {
                break;
            }

            // Most of what was found had been removed: look further, or at everything.
            if (width >= rows.Count)
            {
                best = [.. FindExactly(query, count + 1).Where(neighbor => neighbor.Row != without).Take(count)];
                break;
            }

            width = (int)Math.Min(rows.Count, 2L * width);
        }

        Interlocked.Add(ref compared, searcher.Compared - before);
        searchers.Add(searcher);
        return [.. best];
    }

    internal Neighbor[] FindExactly(SearchQuery query, int count)
        => ExactScan.Find(rows, removed, query, count, Kernel, Threads);

    internal SearchQuery QueryOf(int row)
    {
        var query = new SearchQuery(Dimension, rows.CodeLength);
        query.Set(rows[row]);
        return query;
    }

    // In the order of what the codes say, as long as the exact similarity could still be among the best.
    private unsafe void Compare(CandidatePool pool, SearchQuery query, int count, int without, List<Neighbor> best)
    {
        for (int place = 0; place < pool.Count; place++)
        {
            int row = pool.Row(place);
            bool full = best.Count == count;
            if (row == without || removed.Contains(row)
                || (full && pool.Similarity(place) + query.Error(rows, rows.Code(row)) < best[^1].Similarity))
            {
                continue;
            }

            var neighbor = new Neighbor(row, rows.Similarity(row, query.Unit));
            int at = best.BinarySearch(neighbor);
            best.Insert(~at, neighbor);
            if (full)
            {
                best.RemoveAt(count);
            }
        }
    }

    private void Check(ReadOnlySpan<float> vector, string what)
    {
        if (vector.Length != Dimension)
        {
            throw new DataException($"{what} has {vector.Length} numbers, expected {Dimension} as in the index; was it made by another encoder?");
        }

        if (!TensorPrimitives.IsFiniteAll(vector))
        {
            throw new DataException($"{what} holds numbers that are not finite; was the encoder's training stable?");
        }
    }
}
