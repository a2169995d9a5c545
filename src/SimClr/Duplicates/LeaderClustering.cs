using System.Numerics;
using SimClr.Search;

namespace SimClr.Duplicates;

/// <summary>
/// Leader clustering: visits rows in a given order; a row that is near none of the earlier leaders becomes a leader.
/// Products of whole blocks find the candidates; the cosine of each candidate is then computed separately, so the
/// result depends on neither blocks nor threads. Memory is proportional to the number of rows, not of pairs.
/// </summary>
internal sealed class LeaderClustering : IDisposable
{
    private const int Block = 512;

    // More than the rounding error of an inner product of two unit vectors.
    private const float Slack = 1e-5f;

    private readonly UnitRows rows;
    private readonly int[] order;
    private readonly float threshold;
    private readonly InnerProducts products;

    public LeaderClustering(UnitRows rows, int[] order, float threshold)
    {
        (this.rows, this.order, this.threshold) = (rows, order, threshold);
        products = new InnerProducts(rows.Gather(order), rows.Dimension);
        LeaderOf = [.. Enumerable.Repeat(-1, rows.Count)];
        Cosine = new float[rows.Count];
    }

    /// <summary>The leader of each row; for a leader, the row itself.</summary>
    public int[] LeaderOf { get; }

    /// <summary>The cosine of each row with its leader.</summary>
    public float[] Cosine { get; }

    public void Run(IProgress<int>? progress, CancellationToken cancellation)
    {
        for (int start = 0; start < order.Length; start += Block)
        {
            int end = Math.Min(order.Length, start + Block);
            int[] leaders = LeadersOf(start, end, cancellation);
            if (leaders.Length > 0 && end < order.Length)
            {
                products.Each(
                    end,
                    order.Length - end,
                    rows.Gather(leaders),
                    (place, found) => Offer(order[place], leaders, found),
                    cancellation);
            }

            progress?.Report(end);
        }
    }

    public void Dispose() => products.Dispose();

    /// <summary>
    /// Processes a block, and returns its rows that no leader covers, including leaders of the same block.
    /// </summary>
    private int[] LeadersOf(int start, int end, CancellationToken cancellation)
    {
        int size = end - start;
        float[] among = new float[size * size];
        products.Each(
            start,
            size,
            rows.Gather(order[start..end]),
            (place, found) => found.CopyTo(among.AsSpan((place - start) * size)),
            cancellation);
        var leaders = new List<int>();
        for (int i = 0; i < size; i++)
        {
            int row = order[start + i];
            if (LeaderOf[row] >= 0)
            {
                continue;
            }

            (LeaderOf[row], Cosine[row]) = (row, 1);
            leaders.Add(row);
            for (int j = i + 1; j < size; j++)
            {
                if (among[(i * size) + j] >= threshold - Slack)
                {
                    Offer(order[start + j], row);
                }
            }
        }

        return [.. leaders];
    }

    private void Offer(int row, int[] leaders, ReadOnlySpan<float> found)
    {
        float enough = threshold - Slack;
        var limit = new Vector<float>(enough);
        int i = 0;
        for (; i <= found.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.GreaterThanOrEqualAny(new Vector<float>(found[i..]), limit))
            {
                OfferSome(row, leaders, found, i, i + Vector<float>.Count);
            }
        }

        OfferSome(row, leaders, found, i, found.Length);
    }

    private void OfferSome(int row, int[] leaders, ReadOnlySpan<float> found, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (found[i] >= threshold - Slack)
            {
                Offer(row, leaders[i]);
            }
        }
    }

    private void Offer(int row, int leader)
    {
        float cosine = rows.Cosine(row, leader);
        if (cosine >= threshold && (LeaderOf[row] < 0 || cosine > Cosine[row]))
        {
            (LeaderOf[row], Cosine[row]) = (leader, cosine);
        }
    }
}
