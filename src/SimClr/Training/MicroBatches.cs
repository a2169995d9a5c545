using SimClr.Losses;

namespace SimClr.Training;

/// <summary>How a batch is divided into micro-batches, and what that means.</summary>
internal static class MicroBatches
{
    /// <summary>The fewest micro-batches of at most <paramref name="micro"/> images.</summary>
    public static int Count(int images, int micro) => (images + micro - 1) / micro;

    /// <summary>The batch in parts whose sizes differ by one at most, so that batch norm sees about as much in each.</summary>
    public static IEnumerable<int[]> Split(int[] batch, int micro)
    {
        int parts = Count(batch.Length, micro);
        for (int i = 0; i < parts; i++)
        {
            yield return batch[Bound(i)..Bound(i + 1)];
        }

        int Bound(int part) => (int)((long)part * batch.Length / parts);
    }

    /// <summary>
    /// Buffers to load into. A device of its own computes the second pass while the next batch is loaded: it needs one
    /// batch ahead. The processor does both, and gains nothing from holding more.
    /// </summary>
    public static int Buffers(string device, int images, int micro) => device == "cpu" ? 3 : Count(images, micro) + 2;

    /// <summary>The step that holds no more than one micro-batch.</summary>
    public static IGradientStep Step(SimClrModel model, IContrastiveLoss loss, int batchSize, int micro)
    {
        int parts = Count(batchSize, micro);
        return parts == 1 ? new PlainStep(model, loss) : new CachedStep(model, loss, batchSize, parts);
    }

    /// <summary>What a step takes the gradient of, and what batch norm sees.</summary>
    public static string Describe(int batchSize, int micro, int viewsPerImage)
    {
        int parts = Count(batchSize, micro);
        return parts == 1
            ? $"Each step takes a batch of {batchSize} images at once; batch norm normalizes by all {viewsPerImage * batchSize} views."
            : $"Each step takes the gradient of a batch of {batchSize} images, in {parts} micro-batches of at most {micro}; batch norm normalizes by the views of one micro-batch (up to {viewsPerImage * micro}), and its running statistics move once a step, by the mean over the micro-batches.";
    }
}
