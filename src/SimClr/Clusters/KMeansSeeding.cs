using System.Numerics.Tensors;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>
/// Greedy k-means++ (Arthur and Vassilvitskii 2007, as in scikit-learn). Each step draws 2 + ln k rows, with
/// probability proportional to the squared distance from the nearest center so far; the next center is the row that
/// leaves the smallest sum of such distances.
/// </summary>
internal sealed class KMeansSeeding
{
    // Rows that differ only by rounding count as the same.
    private const float Same = 1e-6f;

    private readonly UnitRows rows;
    private float[] distances;   // from each row to the nearest center so far
    private float[] candidate;
    private float[] best;

    public KMeansSeeding(UnitRows rows)
    {
        this.rows = rows;
        distances = [.. Enumerable.Repeat(2f, rows.Count)];
        (candidate, best) = (new float[rows.Count], new float[rows.Count]);
    }

    /// <returns>The k rows: k · dimension numbers.</returns>
    /// <exception cref="DataException">There are fewer than k different rows.</exception>
    public float[] Draw(int k, RandomStream stream) => rows.Gather(DrawRows(k, stream));

    /// <inheritdoc cref="Draw"/>
    public int[] DrawRows(int k, RandomStream stream)
    {
        int[] drawn = new int[k];
        int candidates = 2 + (int)Math.Log(k);
        for (int i = 0; i < k; i++)
        {
            drawn[i] = i == 0 ? First(ref stream) : Next(i, k, candidates, ref stream);
        }

        return drawn;
    }

    private int First(ref RandomStream stream)
    {
        int row = stream.NextInt(rows.Count);
        Measure(row, distances);
        return row;
    }

    private int Next(int found, int k, int candidates, ref RandomStream stream)
    {
        double total = Sum(distances);
        if (total == 0)
        {
            throw new DataException(
                $"got k = {k}, but only {found} of the {rows.Count} embeddings differ; use a k of at most {found}");
        }

        (int chosen, double least) = (-1, double.PositiveInfinity);
        for (int i = 0; i < candidates; i++)
        {
            int row = RowAt(stream.NextDouble() * total);
            Measure(row, candidate);
            double left = Sum(candidate);
            if (left < least)
            {
                (chosen, least) = (row, left);
                (best, candidate) = (candidate, best);
            }
        }

        (distances, best) = (best, distances);
        return chosen;
    }

    /// <summary>Returns the row at which the running sum of the distances exceeds a share of the total.</summary>
    private int RowAt(double share)
    {
        double left = share;
        int last = 0;
        for (int row = 0; row < distances.Length; row++)
        {
            left -= distances[row];
            last = distances[row] > 0 ? row : last;
            if (left < 0 && distances[row] > 0)
            {
                return row;
            }
        }

        return last;
    }

    /// <summary>Computes the distances with one more center.</summary>
    private void Measure(int center, float[] into) => Parallel.For(0, rows.Count, row =>
    {
        float away = 1 - TensorPrimitives.Dot(rows[row], rows[center]);
        into[row] = row == center || away < Same ? 0 : Math.Min(distances[row], away);
    });

    // Summed in order, so that the result does not depend on the number of threads.
    private static double Sum(float[] values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
