using SimClr.Configuration;
using SimClr.Distributed;

namespace SimClr.Training;

/// <summary>The division of a batch into micro-batches.</summary>
internal static class MicroBatches
{
    /// <summary>Returns the minimum number of micro-batches of at most <paramref name="micro"/> images.</summary>
    public static int Count(int images, int micro) => (images + micro - 1) / micro;

    /// <summary>
    /// Returns a rank's part of a batch, in micro-batches whose sizes differ by at most one, so that batch norm sees
    /// about the same number of images in each. Their number is the minimum with which no rank holds more than
    /// <paramref name="micro"/> images at once.
    /// </summary>
    /// <exception cref="ConfigurationException">The batch has too few images for the number of ranks.</exception>
    public static RankShare Share(int images, int micro, ICommunicator ranks)
        => new(images, Count(images, (int)Math.Min(images, (long)micro * ranks.Size)), ranks.Size, ranks.Rank);

    /// <summary>
    /// Returns the number of buffers to load into. A separate device computes the second pass while the next batch is
    /// loaded, and needs one batch ahead. The CPU does both, and gains nothing from more buffers.
    /// </summary>
    public static int Buffers(string device, int images, int micro) => device == "cpu" ? 3 : Count(images, micro) + 2;

    /// <summary>Describes the batch of a gradient and the views that batch norm sees.</summary>
    public static string Describe(int batchSize, int micro, int viewsPerImage)
    {
        int parts = Count(batchSize, micro);
        return parts == 1
            ? $"Each step takes a batch of {batchSize} images at once; "
                + $"batch norm normalizes over all {viewsPerImage * batchSize} views."
            : $"Each step takes the gradient of a batch of {batchSize} images, in {parts} micro-batches of at most "
                + $"{micro}; batch norm normalizes over the views of one micro-batch (up to {viewsPerImage * micro}), "
                + "and its running statistics move once a step, by the mean over the micro-batches.";
    }

    /// <summary>Describes a batch that several ranks share.</summary>
    public static string Describe(RankShare share, int viewsPerImage, int ranks, BatchNormScope norm)
    {
        string parts = share.Parts == 1 ? "" : $" in {share.Parts} micro-batches";
        string seen = norm == BatchNormScope.Rank
            ? $"the views of each rank by itself (up to {viewsPerImage * share.MaxMicroBatch} at once)"
            : share.Parts == 1 ? $"all {viewsPerImage * share.Batch} views"
            : "the views of one micro-batch on all ranks";
        return $"{ranks} ranks share each batch of {share.Batch} images, up to {share.MaxImages} each{parts}; the loss "
            + $"compares each view with those of all ranks, and batch norm normalizes over {seen}.";
    }
}
