
namespace SimClr.Search;

/// <summary>
/// A walk through a graph toward a query. Not thread-safe; the graph must not change during a search.
/// </summary>
internal abstract class GraphSearcher
{
    /// <summary>Creates a searcher for a kernel.</summary>
    public static GraphSearcher Create(VectorRows rows, HnswGraph graph, Int8Kernel kernel) => kernel switch
    {
        Int8Kernel.Vnni => new GraphSearcher<VnniDot>(rows, graph),
        Int8Kernel.Avx2 => new GraphSearcher<Avx2Dot>(rows, graph),
        _ => new GraphSearcher<PortableDot>(rows, graph),
    };

    /// <summary>The nearest nodes seen, by their codes.</summary>
    public CandidatePool Pool { get; } = new();

    /// <summary>The number of rows compared so far.</summary>
    public long Compared { get; protected set; }

    /// <summary>Fills <see cref="Pool"/> with the nearest nodes of layer 0.</summary>
    /// <param name="query">The query.</param>
    /// <param name="width">The number of nodes to consider.</param>
    /// <param name="without">A row to exclude together with its links; −1 for none.</param>
    public abstract void Search(SearchQuery query, int width, int without = -1);

    /// <summary>Walks from the entry down to a layer, always to the nearest link.</summary>
    /// <returns>The row at the end of the walk.</returns>
    public abstract int Descend(SearchQuery query, int layer);

    /// <summary>Fills <see cref="Pool"/> with the nearest nodes of a layer.</summary>
    public abstract void SearchLayer(SearchQuery query, int start, int layer, int width, int without = -1);

    /// <summary>Returns the similarity of a row by its code.</summary>
    public abstract float Similarity(SearchQuery query, int row);
}
