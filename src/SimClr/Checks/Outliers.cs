using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Search;

namespace SimClr.Checks;

/// <summary>
/// Images far from all others, by the mean distance (1 − cosine) to their nearest neighbors (Ramaswamy, Rastogi and
/// Shim 2000, "Efficient algorithms for mining outliers from large data sets"). Distances are compared by a robust
/// z-score of their logarithms, because they spread over orders of magnitude: 0.6745 · (x − median) / median absolute
/// deviation (Iglewicz and Hoaglin 1993, "How to detect and handle outliers").
/// </summary>
public static class Outliers
{
    /// <summary>The z-score above which a value is an outlier, as Iglewicz and Hoaglin recommend.</summary>
    public const double MaxScore = 3.5;

    /// <summary>The number of neighbors. Default: 5.</summary>
    public const int Neighbors = 5;

    private const double Normal = 0.6745;   // The median absolute deviation of the standard normal distribution.
    private const double MinDistance = 1e-6;   // Below it, cosines are rounding errors.

    /// <summary>Scores each row.</summary>
    /// <param name="table">The embeddings.</param>
    /// <param name="neighbors">The number of neighbors, 1 or more. Default: 5.</param>
    /// <param name="cancellation">Cancellation token, checked between rows.</param>
    /// <returns>
    /// For each row its score and its mean distance to the neighbors, 0 … 2. All scores are 0 if most distances are
    /// equal.
    /// </returns>
    /// <exception cref="DataException">
    /// There are not more rows than neighbors, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static IReadOnlyList<OutlierScore> Score(
        EmbeddingTable table, int neighbors = Neighbors, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(neighbors);
        _ = UnitRows.FromTable(table, neighbors + 1, "find outliers");
        double[] distances = new double[table.Count];
        foreach ((int row, int[] found, float[] cosines) in NearestNeighbors.Find(table, table, neighbors + 1))
        {
            cancellation.ThrowIfCancellationRequested();
            distances[row] = Math.Max(0, found.Zip(cosines).Where(other => other.First != row).Take(neighbors)
                .Average(other => 1 - (double)other.Second));
        }

        double[] scores = RobustScores([.. distances.Select(distance => Math.Log(Math.Max(MinDistance, distance)))]);
        return [.. scores.Zip(distances, (score, distance) => new OutlierScore(score, distance))];
    }

    internal static double[] RobustScores(double[] values)
    {
        double median = Median(values);
        double deviation = Median([.. values.Select(value => Math.Abs(value - median))]);
        return deviation == 0
            ? new double[values.Length]
            : [.. values.Select(value => Normal * (value - median) / deviation)];
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>How far an image is from the others.</summary>
/// <param name="Score">The robust z-score of the logarithm of the distance; outliers have a high one.</param>
/// <param name="Distance">The mean distance (1 − cosine) to the nearest neighbors, 0 … 2.</param>
public sealed record OutlierScore(double Score, double Distance);
