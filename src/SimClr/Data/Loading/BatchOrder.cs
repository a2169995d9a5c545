using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The assignment of images to batches.</summary>
internal static class BatchOrder
{
    /// <summary>Returns the full batches of a training epoch, shuffled; a partial last batch is dropped.</summary>
    /// <param name="seed">The seed, which together with <paramref name="epoch"/> determines the order.</param>
    /// <param name="epoch">The number of the epoch, from 0.</param>
    /// <param name="count">The number of images in the set.</param>
    /// <param name="batchSize">The number of images per batch, above 0.</param>
    public static int[][] Shuffled(long seed, int epoch, int count, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        int[] order = new RandomStream(seed, Purpose.Shuffle, epoch).Permutation(count);
        return [.. order.Chunk(batchSize).Where(batch => batch.Length == batchSize)];
    }

    /// <summary>Returns the micro-batches of consecutive training steps, epoch after epoch.</summary>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="count">The number of images in the set, at least one batch.</param>
    /// <param name="batchSize">The number of images in a batch.</param>
    /// <param name="fromStep">The first step, from 0.</param>
    /// <param name="toStep">The step after the last.</param>
    /// <param name="split">Divides the indices of a batch into micro-batches.</param>
    internal static IEnumerable<BatchPlan> Plans(
        long seed, int count, int batchSize, long fromStep, long toStep, Func<int[], IEnumerable<int[]>> split)
    {
        int stepsPerEpoch = count / batchSize;
        int[][] batches = [];
        for (long step = fromStep; step < toStep; step++)
        {
            int epoch = (int)(step / stepsPerEpoch);
            if (batches.Length == 0 || step % stepsPerEpoch == 0)
            {
                batches = Shuffled(seed, epoch, count, batchSize);
            }

            foreach (int[] part in split(batches[step % stepsPerEpoch]))
            {
                yield return new BatchPlan(epoch, part);
            }
        }
    }

    /// <summary>Returns all images in order, for evaluation; the last batch may be smaller.</summary>
    /// <param name="count">The number of images in the set.</param>
    /// <param name="batchSize">The number of images per batch, above 0.</param>
    public static int[][] InOrder(int count, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return [.. Enumerable.Range(0, count).Chunk(batchSize)];
    }
}
