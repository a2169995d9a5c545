using System.Numerics.Tensors;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>
/// One run of k-means from given centers: assigns rows to the nearest center and moves centers to their rows, until
/// nothing changes.
/// </summary>
internal sealed class LloydSteps(UnitRows rows, InnerProducts products, float[] centers)
{
    private readonly int dimension = rows.Dimension;
    private readonly int k = centers.Length / rows.Dimension;
    private readonly int[] assignments = [.. Enumerable.Repeat(-1, rows.Count)];
    private readonly float[] cosines = new float[rows.Count];

    public Clustering Run(int maxIterations, CancellationToken cancellation)
    {
        int iterations = 0;
        while (Assign(cancellation) && iterations < maxIterations)
        {
            iterations++;
            Center();
        }

        double sum = 0;
        foreach (float cosine in cosines)
        {
            sum += cosine;
        }

        return new Clustering(assignments, centers, dimension, sum / rows.Count, iterations);
    }

    /// <returns>Whether any row changed its cluster.</returns>
    private bool Assign(CancellationToken cancellation)
    {
        int changed = 0;
        products.Each(
            0,
            rows.Count,
            centers,
            (row, found) =>
            {
                int best = TensorPrimitives.IndexOfMax(found);
                cosines[row] = found[best];
                if (assignments[row] != best)
                {
                    assignments[row] = best;
                    Interlocked.Exchange(ref changed, 1);
                }
            },
            cancellation);
        return changed > 0;
    }

    private void Center()
    {
        (double[] sums, int[] sizes) = Sums();
        for (int cluster = 0; cluster < k; cluster++)
        {
            Span<double> sum = sums.AsSpan(cluster * dimension, dimension);
            if (sizes[cluster] == 0)
            {
                TakeFarthest(cluster);
                continue;
            }

            double length = TensorPrimitives.Norm<double>(sum);
            for (int i = 0; i < dimension && length > 0; i++)
            {
                centers[(cluster * dimension) + i] = (float)(sum[i] / length);
            }
        }
    }

    private (double[] Sums, int[] Sizes) Sums()
    {
        double[] sums = new double[k * dimension];
        int[] sizes = new int[k];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> values = rows[row];
            Span<double> sum = sums.AsSpan(assignments[row] * dimension, dimension);
            for (int i = 0; i < values.Length; i++)
            {
                sum[i] += values[i];
            }

            sizes[assignments[row]]++;
        }

        return (sums, sizes);
    }

    /// <summary>Restarts a cluster without rows at the row that is farthest from its own center.</summary>
    private void TakeFarthest(int cluster)
    {
        int farthest = TensorPrimitives.IndexOfMin(cosines);
        cosines[farthest] = 1;
        rows[farthest].CopyTo(centers.AsSpan(cluster * dimension));
    }
}
