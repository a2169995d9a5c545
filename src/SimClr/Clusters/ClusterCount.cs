using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>The result for one number of clusters.</summary>
/// <param name="K">The number of clusters.</param>
/// <param name="Silhouette">The mean silhouette, by 1 − cosine.</param>
/// <param name="MeanCosine">The mean cosine of rows with their center.</param>
public sealed record ClusterCountPoint(int K, double Silhouette, double MeanCosine);

/// <summary>A number of clusters chosen by silhouette.</summary>
/// <param name="K">The chosen number; see <see cref="ClusterCount"/>.</param>
/// <param name="Sweep">The results of all numbers tried.</param>
/// <param name="Rows">The number of rows used for the choice.</param>
public sealed record ClusterCountChoice(int K, IReadOnlyList<ClusterCountPoint> Sweep, int Rows)
{
    /// <summary>
    /// Whether the clusters are well separated: the silhouette is at least <see cref="ClusterCount.Clear"/>. If not,
    /// the number of clusters is a matter of taste.
    /// </summary>
    public bool IsClear => Sweep.Single(point => point.K == K).Silhouette >= ClusterCount.Clear;
}

/// <summary>
/// The choice of the number of clusters: the one with the highest silhouette; in a tie, the smallest. If clusters
/// overlap, a cut through the middle scores highest, but says nothing. In that case, 2 gives way to a larger number at
/// which the silhouette has a local maximum of at least three quarters of the highest; the best such number wins.
/// </summary>
public static class ClusterCount
{
    /// <summary>The maximum number of rows that are clustered for the choice; larger tables are sampled.</summary>
    public const int MaxRows = 20_000;

    /// <summary>
    /// The silhouette at which clusters count as well separated (Kaufman and Rousseeuw 1990: "a reasonable structure").
    /// </summary>
    public const double Clear = 0.5;

    private const double NearMaxRatio = 0.75;

    private static readonly int[] Candidates = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 50];

    /// <summary>
    /// Clusters the rows into 2 … 50 clusters (at most half the number of rows), and chooses among these numbers by
    /// silhouette.
    /// </summary>
    /// <param name="table">At least three embeddings, not all the same.</param>
    /// <param name="options">The restarts, steps and seed.</param>
    /// <param name="progress">Receives a report after each number.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// There are fewer than three rows, all rows are the same, or there are rows of zeros or numbers that are not
    /// finite.
    /// </exception>
    public static ClusterCountChoice Choose(
        EmbeddingTable table,
        KMeansOptions? options = null,
        IProgress<ClusterCountPoint>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new KMeansOptions();
        EmbeddingTable some = Sample(table, options.Seed);
        var rows = UnitRows.FromTable(some, minRows: 3, "choose a number of clusters");
        rows.RequireDifferent();
        var sweep = new List<ClusterCountPoint>();
        int different = DistinctRows.Count(rows, Candidates[^1]);
        foreach (int k in Candidates.Where(k => k == 2 || k <= Math.Min(different, rows.Count / 2)))
        {
            Clustering found = SphericalKMeans.Fit(rows, k, options, cancellation);
            sweep.Add(new ClusterCountPoint(k, Silhouette.Values(rows, found.Assignments).Average(), found.MeanCosine));
            progress?.Report(sweep[^1]);
        }

        return new ClusterCountChoice(Best(sweep).K, sweep, rows.Count);
    }

    /// <param name="sweep">The results for 2, 3, … clusters, in ascending order.</param>
    internal static ClusterCountPoint Best(IReadOnlyList<ClusterCountPoint> sweep)
    {
        ClusterCountPoint highest = sweep.MaxBy(point => point.Silhouette)!;
        if (highest.K > 2 || highest.Silhouette >= Clear)
        {
            return highest;
        }

        return Enumerable.Range(1, Math.Max(0, sweep.Count - 2))
            .Where(i => sweep[i].Silhouette > sweep[i - 1].Silhouette && sweep[i].Silhouette >= sweep[i + 1].Silhouette)
            .Select(i => sweep[i])
            .Where(point => point.Silhouette >= NearMaxRatio * highest.Silhouette)
            .MaxBy(point => point.Silhouette) ?? highest;
    }

    private static EmbeddingTable Sample(EmbeddingTable table, long seed) => table.Count <= MaxRows
        ? table
        : table.Subset([.. new RandomStream(seed, Purpose.Cluster, -1).Permutation(table.Count).Take(MaxRows).Order()]);
}
