using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>
/// k-means on the sphere (Dhillon and Modha 2001): rows and centers have length 1, a row belongs to the center with the
/// highest cosine, and a center is the direction of the sum of its rows. Starting points come from greedy k-means++
/// (Arthur and Vassilvitskii 2007), with 1 − cosine as the squared distance (they are equal up to a factor of 2).
/// </summary>
public static class SphericalKMeans
{
    /// <summary>Clusters the rows of a table.</summary>
    /// <param name="table">The embeddings; their norms are ignored.</param>
    /// <param name="k">The number of clusters, 1 … rows.</param>
    /// <param name="options">The restarts, steps and seed.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// There are fewer different rows than clusters, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static Clustering Fit(
        EmbeddingTable table, int k, KMeansOptions? options = null, CancellationToken cancellation = default)
    {
        _ = Require.Positive(k);
        return Fit(
            UnitRows.FromTable(table, minRows: 1, "divide them"), k, options ?? new KMeansOptions(), cancellation);
    }

    internal static Clustering Fit(UnitRows rows, int k, KMeansOptions options, CancellationToken cancellation)
    {
        if (k > rows.Count)
        {
            throw new DataException(
                $"got k = {k}, but there are only {rows.Count} images; use a k of at most {rows.Count}");
        }

        using var products = new InnerProducts(rows.Values, rows.Dimension);
        Clustering? best = null;
        for (int restart = 0; restart < options.Restarts; restart++)
        {
            float[] seeds = new KMeansSeeding(rows)
                .Draw(k, new RandomStream(options.Seed, Purpose.Cluster, restart, k));
            Clustering found = new LloydSteps(rows, products, seeds).Run(options.MaxIterations, cancellation);
            best = best is null || found.MeanCosine > best.MeanCosine ? found : best;
        }

        return LargestFirst(best!);
    }

    private static Clustering LargestFirst(Clustering found)
    {
        int[] sizes = found.Sizes();
        int[] order = [.. Enumerable.Range(0, found.K).OrderByDescending(cluster => sizes[cluster])];
        int[] place = new int[found.K];
        float[] centers = new float[found.Centers.Length];
        foreach ((int to, int from) in order.Index())
        {
            place[from] = to;
            found.Centers.AsSpan(from * found.Dimension, found.Dimension).CopyTo(centers.AsSpan(to * found.Dimension));
        }

        return new Clustering(
            Array.ConvertAll(found.Assignments, cluster => place[cluster]),
            centers,
            found.Dimension,
            found.MeanCosine,
            found.Iterations);
    }
}
