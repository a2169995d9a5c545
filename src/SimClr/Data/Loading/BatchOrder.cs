using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Which images make up which batch.</summary>
internal static class BatchOrder
{
    /// <summary>The full batches of a training epoch, shuffled; the last partial one is dropped.</summary>
    /// <param name="seed">With <paramref name="epoch"/> it fixes the order.</param>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="count">Images in the set.</param>
    /// <param name="batchSize">Images per batch.</param>
    public static int[][] Shuffled(long seed, int epoch, int count, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        int[] order = new RandomStream(seed, Purpose.Shuffle, epoch).Permutation(count);
        return [.. order.Chunk(batchSize).Where(batch => batch.Length == batchSize)];
    }

    /// <summary>All images in order, for evaluation; the last batch may be smaller.</summary>
    /// <param name="count">Images in the set.</param>
    /// <param name="batchSize">Images per batch, above 0.</param>
    public static int[][] InOrder(int count, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return [.. Enumerable.Range(0, count).Chunk(batchSize)];
    }
}
