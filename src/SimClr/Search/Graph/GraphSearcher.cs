
namespace SimClr.Search;

/// <summary>Walks a graph towards a query. One thread at a time; the graph does not change meanwhile.</summary>
internal abstract class GraphSearcher
{
    /// <summary>A searcher for a kernel.</summary>
    public static GraphSearcher Create(VectorRows rows, HnswGraph graph, Int8Kernel kernel) => kernel switch
    {
        Int8Kernel.Vnni => new GraphSearcher<VnniDot>(rows, graph),
        Int8Kernel.Avx2 => new GraphSearcher<Avx2Dot>(rows, graph),
        _ => new GraphSearcher<PortableDot>(rows, graph),
    };

    /// <summary>The nearest nodes seen, by their codes.</summary>
    public CandidatePool Pool { get; } = new();

    /// <summary>How many rows were compared since it was made.</summary>
    public long Compared { get; protected set; }

    /// <summary>Leaves in <see cref="Pool"/> the nearest nodes of layer 0.</summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="width">How many nodes are considered.</param>
    /// <param name="without">A row whose links are not to help; −1 for none.</param>
    public abstract void Search(SearchQuery query, int width, int without = -1);

    /// <summary>From the entry down to a layer, always to the nearest link.</summary>
    /// <returns>Where that ends.</returns>
    public abstract int Descend(SearchQuery query, int layer);

    /// <summary>Leaves in <see cref="Pool"/> the nearest nodes of a layer.</summary>
    public abstract void SearchLayer(SearchQuery query, int start, int layer, int width, int without = -1);

    /// <summary>The similarity that the codes of a row say.</summary>
    public abstract float Similarity(SearchQuery query, int row);
}
