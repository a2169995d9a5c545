using SimClr.Configuration;
using SimClr.Distributed;

namespace SimClr.Training;

/// <summary>How a batch is divided into micro-batches, and what that means.</summary>
internal static class MicroBatches
{
    /// <summary>The fewest micro-batches of at most <paramref name="micro"/> images.</summary>
    public static int Count(int images, int micro) => (images + micro - 1) / micro;

    /// <summary>
    /// What a rank takes of a batch, in parts whose sizes differ by one at most, so that batch norm sees about as much in
    /// each: the fewest in which no rank holds more than <paramref name="micro"/> images at once.
    /// </summary>
    /// <exception cref="ConfigurationException">The batch has too few images for so many ranks.</exception>
    public static RankShare Share(int images, int micro, ICommunicator ranks)
        => new(images, Count(images, (int)Math.Min(images, (long)micro * ranks.Size)), ranks.Size, ranks.Rank);

    /// <summary>
    /// Buffers to load into. A device of its own computes the second pass while the next batch is loaded: it needs one
    /// batch ahead. The processor does both, and gains nothing from holding more.
    /// </summary>
    public static int Buffers(string device, int images, int micro) => device == "cpu" ? 3 : Count(images, micro) + 2;

    /// <summary>What a step takes the gradient of, and what batch norm sees.</summary>
    public static string Describe(int batchSize, int micro, int viewsPerImage)
    {
        int parts = Count(batchSize, micro);
        return parts == 1
            ? $"Each step takes a batch of {batchSize} images at once; batch norm normalizes by all {viewsPerImage * batchSize} views."
            : $"Each step takes the gradient of a batch of {batchSize} images, in {parts} micro-batches of at most {micro}; batch norm normalizes by the views of one micro-batch (up to {viewsPerImage * micro}), and its running statistics move once a step, by the mean over the micro-batches.";
    }

    /// <summary>The same where several ranks share the batch.</summary>
    public static string Describe(RankShare share, int viewsPerImage, int ranks, BatchNormScope norm)
    {
        string parts = share.Parts == 1 ? "" : $" in {share.Parts} micro-batches";
        string seen = norm == BatchNormScope.Rank
            ? $"the views of each rank by itself (up to {viewsPerImage * share.MaxMicroBatch} at once)"
            : share.Parts == 1 ? $"all {viewsPerImage * share.Batch} views" : "the views of one micro-batch on all ranks";
        return $"{ranks} ranks share each batch of {share.Batch} images, up to {share.MaxImages} each{parts}; the loss compares each view with those of all ranks, and batch norm normalizes by {seen}.";
    }
}
