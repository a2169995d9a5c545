using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Text;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// An in-memory index of vectors, searched by cosine: exactly, or through a graph (HNSW) after
/// <see cref="BuildGraph"/>. Any number of threads may search at the same time; adding, removing and building require
/// exclusive access.
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
    private IReadOnlyList<string> paths = [];

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimension">The dimension of the vectors, 1 to 65,536.</param>
    /// <param name="capacity">
    /// The number of vectors to reserve memory for; the index grows as needed. Default: 0.
    /// </param>
    public VectorIndex(int dimension, int capacity = 0)
    {
        rows = new VectorRows(
            Require.Between(dimension, 1, VectorRows.MaxDimension), Require.NonNegative(capacity));
    }

    /// <summary>The dimension of the vectors.</summary>
    public int Dimension => rows.Dimension;

    /// <summary>The number of added vectors, including removed ones; also the row of the next vector.</summary>
    public int Count => rows.Count;

    /// <summary>The number of removed vectors.</summary>
    public int Removed => removed.Count;

    /// <summary>Whether the graph holds every vector.</summary>
    public bool HasGraph => graph is { } built && built.Count == rows.Count && rows.Count > 0;

    /// <summary>
    /// Whether searches use the graph: it holds every vector and is faster than a comparison with all (for vectors
    /// without structure it is not).
    /// </summary>
    public bool UsesGraph => Graph is not null;

    /// <summary>
    /// The share of the ten nearest vectors that the graph finds, measured after building, 0 … 1; 0 without a graph.
    /// </summary>
    public double GraphRecall => HasGraph ? graph!.MeasuredRecall : 0;

    /// <summary>
    /// The number of vectors that a search through the graph considers, chosen by measured recall; 0 without a graph.
    /// </summary>
    public int GraphWidth => HasGraph ? graph!.SearchWidth : 0;

    /// <summary>The size of vectors, codes and graph in memory, in bytes.</summary>
    public long Bytes => rows.Bytes + (graph?.Bytes ?? 0);

    /// <summary>
    /// The number of threads of an exact search and of building; results do not depend on it. Default: one per core.
    /// </summary>
    public int Threads { get; init => field = Require.Positive(value); } = ComputeThreads.Cores;

    internal Int8Kernel Kernel { get; init; } = Int8Kernels.Fastest;

    /// <summary>The graph if it holds every vector; otherwise null.</summary>
    internal HnswGraph? BuiltGraph => HasGraph ? graph : null;

    /// <summary>The graph if it holds every vector and is faster than a comparison with all; otherwise null.</summary>
    internal HnswGraph? Graph => BuiltGraph is { IsWorthwhile: true } built ? built : null;

    /// <summary>The average number of vectors that a search of the graph compares with the query.</summary>
    internal double Comparisons => graph?.Comparisons ?? 0;

    /// <summary>The number of vectors compared by graph searches so far.</summary>
    internal long Compared => Volatile.Read(ref compared);

    /// <summary>
    /// Creates an index of a table; row numbers are those of the table, and <see cref="FindImages"/> returns its paths.
    /// </summary>
    /// <exception cref="DataException">A number is not finite.</exception>
    public static VectorIndex FromTable(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.RequireFinite();
        var index = new VectorIndex(table.Dimension, table.Count) { paths = table.Paths };
        for (int row = 0; row < table.Count; row++)
        {
            index.rows.Add(table[row]);
        }

        return index;
    }

    /// <summary>
    /// Adds a vector, which need not have length 1. A vector of zeros has similarity 0 to all others.
    /// </summary>
    /// <returns>The row of the vector: the number of vectors added before it.</returns>
    /// <exception cref="DataException">
    /// The vector has a different dimension, or contains numbers that are not finite.
    /// </exception>
    public int Add(ReadOnlySpan<float> vector)
    {
        Check(vector, "the vector");
        return rows.Add(vector);
    }

    /// <summary>Removes a vector from all results; its row number is not reused.</summary>
    /// <returns>False if the vector had already been removed.</returns>
    public bool Remove(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rows.Count);
        return removed.Add(row);
    }

    /// <summary>Returns whether a vector was removed.</summary>
    public bool IsRemoved(int row) => removed.Contains(row);

    /// <summary>The vector of a row, divided by its length.</summary>
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
    /// Finds the most similar vectors, most similar first; ties are in order of insertion. Without a graph, the result
    /// is exact, as if the query were compared with every vector in float32. With a graph, it contains on average the
    /// share <see cref="GraphRecall"/> of the exact result.
    /// </summary>
    /// <param name="query">The query vector.</param>
    /// <param name="count">The number of vectors to find, at least 1.</param>
    /// <param name="exact">Whether to ignore the graph. Default: false.</param>
    /// <returns>The neighbors; fewer than <paramref name="count"/> if the index holds fewer vectors.</returns>
    /// <exception cref="DataException">
    /// The query has a different dimension, or contains numbers that are not finite.
    /// </exception>
    public IReadOnlyList<Neighbor> Find(ReadOnlySpan<float> query, int count, bool exact = false)
        => Find(query, count, exact ? null : Graph);

    /// <summary>
    /// Finds the most similar images of a table, most similar first, as the search for vectors does.
    /// </summary>
    /// <param name="query">The query vector.</param>
    /// <param name="top">The number of images to find, at least 1.</param>
    /// <exception cref="DataException">
    /// The query has a different dimension, or contains numbers that are not finite.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The index was not created by <see cref="FromTable"/>, or vectors without a path were added to it.
    /// </exception>
    public IReadOnlyList<ImageMatch> FindImages(ReadOnlySpan<float> query, int top)
        => paths.Count == Count
            ? [.. Find(query, top).Select(neighbor => new ImageMatch(paths[neighbor.Row], neighbor.Similarity))]
            : throw new InvalidOperationException(
                $"got an index of {Count} vectors and {paths.Count} paths; create it with VectorIndex.FromTable");

    /// <summary>Finds the most similar vectors through the graph, even if exact search is faster.</summary>
    public IReadOnlyList<Neighbor> FindByGraph(ReadOnlySpan<float> query, int count)
        => Find(query, count, BuiltGraph);

    private Neighbor[] Find(ReadOnlySpan<float> query, int count, HnswGraph? by)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Check(query, "the query");
        using SearchTelemetry.Timing timing = SearchTelemetry.Start();
        SearchQuery encoded = queries.TryTake(out SearchQuery? free) ? free
            : new SearchQuery(Dimension, rows.CodeLength);
        encoded.Set(query);
        Neighbor[] found = by is not null
            ? FindByGraph(by, encoded, count, Math.Max(by.SearchWidth, 2 * count), without: -1)
            : FindExactly(encoded, count);
        queries.Add(encoded);
        return found;
    }

    /// <summary>
    /// Builds the graph, or extends it with the vectors added since; then measures the search width for the target
    /// recall. The graph does not depend on the number of threads.
    /// </summary>
    /// <param name="options">The options of a new graph; an existing graph keeps its own.</param>
    /// <param name="progress">Receives the number of vectors in the graph.</param>
    /// <param name="cancellation">
    /// Cancellation token, checked between batches; a partial graph is kept, but not used until it is complete.
    /// </param>
    public void BuildGraph(
        GraphOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
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

    /// <summary>Finds the nearest vectors through the graph, excluding one row and its links (−1 for none).</summary>
    internal Neighbor[] FindByGraph(HnswGraph built, SearchQuery query, int count, int width, int without)
    {
        GraphSearcher searcher = searchers.TryTake(out GraphSearcher? free) ? free
            : GraphSearcher.Create(rows, built, Kernel);
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

            // Most of the rows found have been removed: search wider, or exactly.
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

    // In order of similarity by code, while the exact similarity could still be among the best.
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
            throw new DataException(
                $"{what} has {vector.Length} numbers, expected {Dimension} as in the index; "
                    + "was it made by another encoder?");
        }

        if (!TensorPrimitives.IsFiniteAll(vector))
        {
            throw new DataException($"{what} holds numbers that are not finite; was the encoder's training stable?");
        }
    }
}
