using System.Numerics.Tensors;
using SimClr.Internals;

namespace SimClr.Search;

/// <summary>k-means++: each next center is a row, drawn with probability proportional to its squared distance from the nearest one so far.</summary>
internal sealed class KMeansSeeding
{
    // Rows nearer than rounding can tell count as the same.
    private const float Same = 1e-6f;

    private readonly UnitRows rows;
    private readonly float[] distance;

    public KMeansSeeding(UnitRows rows)
    {
        this.rows = rows;
        distance = [.. Enumerable.Repeat(2f, rows.Count)];
    }

    /// <returns>k rows: k · dimension numbers.</returns>
    /// <exception cref="DataException">There are fewer different rows.</exception>
    public float[] Draw(int k, RandomStream stream) => rows.Gather(DrawRows(k, stream));

    /// <inheritdoc cref="Draw"/>
    public int[] DrawRows(int k, RandomStream stream)
    {
        int[] drawn = new int[k];
        for (int i = 0; i < k; i++)
        {
            drawn[i] = i == 0 ? stream.NextInt(rows.Count) : Next(i, k, stream.NextDouble());
            MeasureFrom(drawn[i]);
        }

        return drawn;
    }

    private int Next(int found, int k, double share)
    {
        double total = 0;
        foreach (float value in distance)
        {
            total += value;
        }

        if (total == 0)
        {
            throw new DataException($"got k = {k}, but only {found} of the {rows.Count} embeddings differ; use a k of at most {found}");
        }

        double left = share * total;
        int last = 0;
        for (int row = 0; row < distance.Length; row++)
        {
            left -= distance[row];
            last = distance[row] > 0 ? row : last;
            if (left < 0 && distance[row] > 0)
            {
                return row;
            }
        }

        return last;
    }

    private void MeasureFrom(int center) => Parallel.For(0, rows.Count, row =>
    {
        float away = 1 - TensorPrimitives.Dot(rows[row], rows[center]);
        distance[row] = row == center || away < Same ? 0 : Math.Min(distance[row], away);
    });
}
