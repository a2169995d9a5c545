using System.Numerics.Tensors;
using SimClr.Clusters;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Labels;

/// <summary>
/// The choice of images whose labels would help most. Without a classifier: clusters without a label, largest first,
/// and from each the image nearest its center (as in TypiClust, Hacohen et al. 2022, arXiv 2202.02794). With a
/// classifier: the most uncertain images (with the smallest margin between the two most probable classes), clustered,
/// and from each cluster the image nearest its center, so that no two are redundant.
/// </summary>
public static class NextLabels
{
    // Uncertain images per chosen image: a larger pool makes the choice more diverse and less uncertain.
    private const int PoolPerImage = 20;

    /// <summary>The maximum number of rows to cluster; larger sets are sampled.</summary>
    private const int MaxRows = 20_000;

    /// <summary>Chooses rows to label next.</summary>
    /// <param name="table">The embeddings; their norms are ignored.</param>
    /// <param name="labeled">The rows with a label.</param>
    /// <param name="model">The classifier fitted to them; null if there is none yet.</param>
    /// <param name="count">The number of rows to choose; fewer if fewer rows are unlabeled.</param>
    /// <param name="seed">The seed of the clusters. Default: 0.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <returns>The rows, most useful first.</returns>
    /// <exception cref="DataException">
    /// The table has no rows, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static int[] Choose(
        EmbeddingTable table,
        IReadOnlyCollection<int> labeled,
        FewLabelResult? model,
        int count,
        long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(labeled);
        _ = Require.Positive(count);
        UnitRows rows = UnitRows.FromTable(table, minRows: 1, "choose from them");
        HashSet<int> known = [.. labeled];
        int[] open = [.. Enumerable.Range(0, rows.Count).Where(row => !known.Contains(row))];
        if (open.Length <= count)
        {
            return open;
        }

        var options = new KMeansOptions { Restarts = 1, MaxIterations = 30, Seed = seed };
        return model is null
            ? Typical(rows, known, open, count, options, cancellation)
            : Uncertain(rows, model, open, count, options, cancellation);
    }

    private static int[] Uncertain(
        UnitRows rows,
        FewLabelResult model,
        int[] open,
        int count,
        KMeansOptions options,
        CancellationToken cancellation)
    {
        int[] pool = [.. open.OrderBy(model.Margin).ThenBy(row => row).Take(count * PoolPerImage)];
        int[] middle = Middles(rows, pool, count, options, cancellation).Values.ToArray();
        return FillUp(middle, pool, count);
    }

    private static int[] Typical(
        UnitRows rows, HashSet<int> known, int[] open, int count, KMeansOptions options, CancellationToken cancellation)
    {
        int[] some = Draw(open, MaxRows - known.Count, options.Seed);
        int[] members = [.. some, .. known];
        int k = Math.Min(members.Length, count + known.Count);
        SortedDictionary<int, int> middles = Middles(rows, members, k, options, cancellation, known);
        return FillUp([.. middles.Values], some, count);
    }

    /// <summary>
    /// Returns the row nearest the center of each cluster that holds no known row, keyed by cluster, largest cluster
    /// first.
    /// </summary>
    private static SortedDictionary<int, int> Middles(
        UnitRows rows,
        int[] members,
        int k,
        KMeansOptions options,
        CancellationToken cancellation,
        HashSet<int>? known = null)
    {
        Clustering found = Cluster(rows, members, k, options, cancellation);
        var best = new SortedDictionary<int, int>();
        var nearest = new Dictionary<int, float>();
        HashSet<int> taken = [.. members.Index()
            .Where(member => known?.Contains(member.Item) == true)
            .Select(member => found.Assignments[member.Index])];
        foreach ((int place, int row) in members.Index()
            .Where(member => !taken.Contains(found.Assignments[member.Index])))
        {
            int cluster = found.Assignments[place];
            float cosine = TensorPrimitives.Dot(
                rows[row], found.Centers.AsSpan(cluster * rows.Dimension, rows.Dimension));
            if (!nearest.TryGetValue(cluster, out float before) || cosine > before)
            {
                (best[cluster], nearest[cluster]) = (row, cosine);
            }
        }

        return best;
    }

    /// <summary>Clusters the members into k clusters, or fewer if fewer rows differ.</summary>
    private static Clustering Cluster(
        UnitRows rows, int[] members, int k, KMeansOptions options, CancellationToken cancellation)
    {
        UnitRows some = rows.Subset(members);
        return SphericalKMeans.Fit(some, Math.Min(k, DistinctRows.Count(some, k)), options, cancellation);
    }

    private static int[] FillUp(int[] chosen, int[] others, int count)
        => [.. chosen.Concat(others.Except(chosen)).Take(count)];

    private static int[] Draw(int[] rows, int max, long seed)
        => rows.Length <= max ? rows : [.. new RandomStream(
            seed, Purpose.Labeling, -1).Permutation(rows.Length).Take(Math.Max(1, max)).Order().Select(i => rows[i])];
}
