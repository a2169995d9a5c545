using SimClr.Embeddings;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// A map of neighborhoods by UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426): starting from principal
/// components, neighbors by cosine attract each other, and other images repel each other. Neighborhoods are meaningful;
/// the sizes of groups and the distances between them are not. The neighbors are exact. On one machine with one number
/// of threads, the same seed gives the same map.
/// </summary>
public static class Umap
{
    private const float StartSize = 10;

    /// <summary>Projects the rows of a table.</summary>
    /// <param name="table">At least four embeddings, not all the same; their norms are ignored.</param>
    /// <param name="options">The neighbors, epochs and seed.</param>
    /// <param name="progress">Receives the number of finished epochs.</param>
    /// <param name="cancellation">Cancellation token, checked between epochs.</param>
    /// <exception cref="DataException">
    /// There are fewer than four rows, all rows are the same, or there are rows of zeros or numbers that are not
    /// finite.
    /// </exception>
    public static ImageMap Project(
        EmbeddingTable table,
        UmapOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new UmapOptions();
        var rows = UnitRows.FromTable(table, minRows: 4, "draw a map of neighborhoods");
        rows.RequireDifferent();
        NeighborGraph graph = NeighborGraph.Build(table, Math.Min(options.Neighbors, table.Count - 1), cancellation);
        int epochs = options.Epochs ?? DefaultEpochs(table.Count);
        float[] places = Start(rows, options.Seed);
        new MapForces(graph, places, options, epochs).Run(progress, cancellation);
        return new ImageMap(places);
    }

    /// <summary>Returns the number of epochs if the options do not set it.</summary>
    public static int DefaultEpochs(int rows) => rows <= 10_000 ? 500 : 200;

    /// <summary>
    /// Computes the initial places: principal components scaled to a fixed size, plus slight noise to separate
    /// coincident points.
    /// </summary>
    private static float[] Start(UnitRows rows, long seed)
    {
        float[] places = Pca.Project(rows, out _);
        float largest = places.Max(Math.Abs);
        var noise = new Internals.RandomStream(seed, Internals.Purpose.Map, -1);
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (float)((places[i] * StartSize / largest) + (1e-3 * noise.NextNormal()));
        }

        return places;
    }
}
