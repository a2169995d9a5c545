using SimClr.Embeddings;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>A search for the most similar rows of a table.</summary>
public static class NearestNeighbors
{
    private const int QueryBlock = 256;

    /// <summary>
    /// Finds, for each query, the k rows of the bank with the highest cosine similarity, most similar first; ties in
    /// the bank's order.
    /// </summary>
    /// <param name="bank">The rows to search.</param>
    /// <param name="queries">The rows to search for.</param>
    /// <param name="k">The number of neighbors, 1 … rows of the bank.</param>
    /// <returns>
    /// The number of each query, its rows of the bank, and their similarities, −1 … 1. Computed in blocks: the whole
    /// matrix is never in memory.
    /// </returns>
    public static IEnumerable<(int Query, int[] Rows, float[] Similarities)> Find(
        EmbeddingTable bank, EmbeddingTable queries, int k)
    {
        ArgumentNullException.ThrowIfNull(bank);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, bank.Count);
        using Tensor candidates = Unit(bank);
        using Tensor all = Unit(queries);
        for (int start = 0; start < queries.Count; start += QueryBlock)
        {
            int count = Math.Min(QueryBlock, queries.Count - start);
            (long[] rows, float[] similarities) = Block(candidates, all, start, count, k);
            for (int i = 0; i < count; i++)
            {
                int[] found = Array.ConvertAll(rows[(i * k)..((i + 1) * k)], row => (int)row);
                float[] values = similarities[(i * k)..((i + 1) * k)];
                Order(found, values);
                yield return (start + i, found, values);
            }
        }
    }

    private static (long[] Rows, float[] Similarities) Block(Tensor bank, Tensor queries, int start, int count, int k)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor similarities = queries.narrow(0, start, count).matmul(bank.t());
        var (values, indices) = similarities.topk(k, dim: 1);
        (long[] rows, float[] nearest) = (Numbers<long>(indices), Numbers<float>(values));
        foreach (int query in QueriesWithTies(similarities, values))
        {
            TakeFirstOfTies(
                Numbers<float>(similarities[query]), rows.AsSpan(query * k, k), nearest.AsSpan(query * k, k));
        }

        return (rows, nearest);
    }

    // Queries for which other rows are as similar as the least similar one found.
    private static IEnumerable<int> QueriesWithTies(Tensor similarities, Tensor values)
    {
        long k = values.shape[1];
        long[] asSimilar = Numbers<long>(similarities.ge(values.narrow(1, k - 1, 1)).sum(1));
        return asSimilar.Index().Where(query => query.Item > k).Select(query => query.Index);
    }

    // topk takes any of several equal rows; this takes the first ones.
    private static void TakeFirstOfTies(float[] similarities, Span<long> rows, Span<float> nearest)
    {
        float least = nearest[^1];
        int filled = 0;
        int equals = rows.Length - similarities.Count(s => s > least);
        for (int row = 0; filled < rows.Length; row++)
        {
            if (similarities[row] > least || (similarities[row] == least && equals-- > 0))
            {
                (rows[filled], nearest[filled]) = (row, similarities[row]);
                filled++;
            }
        }
    }

    // topk guarantees no order among equal rows.
    private static void Order(int[] rows, float[] similarities)
    {
        int[] order = [.. Enumerable.Range(0, rows.Length)
            .OrderByDescending(i => similarities[i])
            .ThenBy(i => rows[i])];
        (int[] r, float[] s) = ([.. order.Select(i => rows[i])], [.. order.Select(i => similarities[i])]);
        r.CopyTo(rows, 0);
        s.CopyTo(similarities, 0);
    }

    private static T[] Numbers<T>(Tensor values)
        where T : unmanaged
        => values.contiguous().data<T>().ToArray();

    private static Tensor Unit(EmbeddingTable table)
        => tensor(table.Normalized().Values, [table.Count, table.Dimension], device: CPU);
}
