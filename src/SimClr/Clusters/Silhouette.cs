using System.Numerics.Tensors;
using SimClr.Embeddings;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>
/// The silhouette (Rousseeuw 1987) with 1 − cosine as the distance, which compares the distance of a row to its own
/// cluster with that to the next one: (b − a) / max(a, b), where a is the mean distance to the other rows of its
/// cluster, and b the smallest mean distance to another cluster; 0 in a cluster of one. A mean distance is 1 minus the
/// inner product with the mean of the cluster's unit vectors, so all rows count, without sampling.
/// </summary>
public static class Silhouette
{
    /// <summary>Computes the mean over all rows, −1 … 1; higher is better.</summary>
    /// <param name="table">The embeddings; their norms are ignored.</param>
    /// <param name="clusters">The cluster of each row, with at least two different values.</param>
    /// <exception cref="ArgumentException">
    /// The number of clusters does not match the rows, or there is only one cluster.
    /// </exception>
    /// <exception cref="DataException">
    /// There are fewer than two rows, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static double Mean(EmbeddingTable table, IReadOnlyList<int> clusters) => Values(table, clusters).Average();

    /// <summary>Computes the silhouette of each row, −1 … 1.</summary>
    /// <inheritdoc cref="Mean"/>
    public static double[] Values(EmbeddingTable table, IReadOnlyList<int> clusters)
        => Values(UnitRows.FromTable(table, minRows: 2, "compare them"), clusters);

    internal static double[] Values(UnitRows rows, IReadOnlyList<int> clusters)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        int[] numbers = [.. clusters.Distinct().Order()];
        if (clusters.Count != rows.Count || numbers.Length < 2)
        {
            throw new ArgumentException(
                $"got {clusters.Count} rows in {numbers.Length} cluster(s), expected {rows.Count} in at least 2",
                nameof(clusters));
        }

        int[] cluster = [.. clusters.Select(number => Array.BinarySearch(numbers, number))];
        (float[] means, int[] sizes) = Means(rows, cluster, numbers.Length);
        double[] values = new double[rows.Count];
        Parallel.For(0, rows.Count, row => values[row] = Value(rows[row], cluster[row], means, sizes));
        return values;
    }

    private static double Value(ReadOnlySpan<float> row, int own, float[] means, int[] sizes)
    {
        if (sizes[own] == 1)
        {
            return 0;
        }

        (double within, double next) = (0, double.PositiveInfinity);
        for (int cluster = 0; cluster < sizes.Length; cluster++)
        {
            double mean = TensorPrimitives.Dot(row, means.AsSpan(cluster * row.Length, row.Length));
            if (cluster == own)
            {
                // The row itself contributes to the mean of its cluster, at distance 0.
                double self = TensorPrimitives.Dot(row, row);
                within = (sizes[own] - 1 - ((mean * sizes[own]) - self)) / (sizes[own] - 1);
            }
            else
            {
                next = Math.Min(next, 1 - mean);
            }
        }

        double larger = Math.Max(within, next);
        return larger > 0 ? (next - within) / larger : 0;
    }

    private static (float[] Means, int[] Sizes) Means(UnitRows rows, int[] cluster, int clusters)
    {
        double[] sums = new double[clusters * rows.Dimension];
        int[] sizes = new int[clusters];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> values = rows[row];
            Span<double> sum = sums.AsSpan(cluster[row] * rows.Dimension, rows.Dimension);
            for (int i = 0; i < values.Length; i++)
            {
                sum[i] += values[i];
            }

            sizes[cluster[row]]++;
        }

        return ([.. sums.Select((sum, i) => (float)(sum / sizes[i / rows.Dimension]))], sizes);
    }
}
