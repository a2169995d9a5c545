using SimClr.Embeddings;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// A map of neighborhoods as UMAP draws it (McInnes, Healy and Melville 2018, arXiv 1802.03426): images that are neighbors
/// by cosine pull at each other, others push, starting from principal components. Who is near whom means something on
/// it; how far apart groups lie, and how large they are, does not. The neighbors are exact. On one machine with one
/// number of threads, the same seed gives the same map.
/// </summary>
public static class Umap
{
    private const float StartSize = 10;

    /// <summary>Places the rows of a table.</summary>
    /// <param name="table">At least four different embeddings; their length does not count.</param>
    /// <param name="options">Neighbors, passes, seed.</param>
    /// <param name="progress">Told after each pass.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <exception cref="DataException">There are fewer, numbers that are not finite, or rows of zeros.</exception>
    public static ImageMap Project(
        EmbeddingTable table, UmapOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
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

    /// <summary>Passes where the options say nothing.</summary>
    public static int DefaultEpochs(int rows) => rows <= 10_000 ? 500 : 200;

    /// <summary>Principal components at a fixed size, and a little noise: what lies on one spot could not be parted.</summary>
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
