using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>What came out for one number of clusters.</summary>
/// <param name="K">Clusters.</param>
/// <param name="Silhouette">Mean silhouette by 1 − cosine.</param>
/// <param name="MeanCosine">Mean cosine of rows with their center.</param>
public sealed record ClusterCountPoint(int K, double Silhouette, double MeanCosine);

/// <summary>A number of clusters that was chosen by silhouette.</summary>
/// <param name="K">The one chosen; see <see cref="ClusterCount"/>.</param>
/// <param name="Sweep">All that were tried.</param>
/// <param name="Rows">Rows that it was chosen by.</param>
public sealed record ClusterCountChoice(int K, IReadOnlyList<ClusterCountPoint> Sweep, int Rows)
{
    /// <summary>Whether the clusters are apart: the silhouette is <see cref="ClusterCount.Clear"/> or more. If not, the number is a matter of taste.</summary>
    public bool IsClear => Sweep.Single(point => point.K == K).Silhouette >= ClusterCount.Clear;
}

/// <summary>
/// Chooses the number of clusters: the one with the highest silhouette, of equal ones the smallest. Where clusters run into
/// each other, a cut through the middle scores highest and tells nothing: there, two is passed over for a number at which
/// the silhouette rises again to three quarters of the highest and more, the best of such numbers.
/// </summary>
public static class ClusterCount
{
    /// <summary>Rows that are clustered for the choice; of more, so many are drawn.</summary>
    public const int MaxRows = 20_000;

    /// <summary>The silhouette from which on clusters are apart (Kaufman and Rousseeuw 1990: "a reasonable structure").</summary>
    public const double Clear = 0.5;

    private const double NearMaxRatio = 0.75;

    private static readonly int[] Candidates = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 50];

    /// <summary>Divides the rows into 2 … 50 clusters (at most half as many as rows) and chooses among these numbers by their silhouettes.</summary>
    /// <param name="table">At least three different embeddings.</param>
    /// <param name="options">Tries, steps, seed.</param>
    /// <param name="progress">Told after each number.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="DataException">There are fewer rows, they are all the same, or hold numbers that are not finite, or rows of zeros.</exception>
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

    /// <param name="sweep">From 2 clusters on.</param>
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
