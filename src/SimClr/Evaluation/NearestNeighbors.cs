using SimClr.Embeddings;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>Finds the most similar rows of a table.</summary>
public static class NearestNeighbors
{
    private const int QueryBlock = 256;

    /// <summary>For each query the k most similar rows of the bank by cosine, most similar first; equal ones in the bank's order.</summary>
    /// <param name="bank">What is searched.</param>
    /// <param name="queries">What is looked for.</param>
    /// <param name="k">1 … rows of the bank.</param>
    /// <returns>Number of the query, rows of the bank, their similarities −1 … 1. In blocks: the whole matrix is never held.</returns>
    public static IEnumerable<(int Query, int[] Rows, float[] Similarities)> Find(EmbeddingTable bank, EmbeddingTable queries, int k)
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
                int[] found = [.. rows.AsSpan(i * k, k).ToArray().Select(r => (int)r)];
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
        var (values, indices) = queries.narrow(0, start, count).matmul(bank.t()).topk(k, dim: 1);
        return (indices.contiguous().data<long>().ToArray(), values.contiguous().data<float>().ToArray());
    }

    // topk promises no order among equals.
    private static void Order(int[] rows, float[] similarities)
    {
        int[] order = [.. Enumerable.Range(0, rows.Length).OrderByDescending(i => similarities[i]).ThenBy(i => rows[i])];
        (int[] r, float[] s) = ([.. order.Select(i => rows[i])], [.. order.Select(i => similarities[i])]);
        r.CopyTo(rows, 0);
        s.CopyTo(similarities, 0);
    }

    private static Tensor Unit(EmbeddingTable table)
        => tensor(table.Normalized().Values, [table.Count, table.Dimension]);
}
