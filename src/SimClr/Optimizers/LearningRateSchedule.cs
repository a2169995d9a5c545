namespace SimClr.Optimizers;

/// <summary>
/// The learning rate of each step (paper, Section 2.3 and B.1): linear from 0 to the peak during warm-up, then a half
/// cosine down to 0 at the end of training. Both lengths count the steps that training takes: images div batch in each
/// epoch, because an incomplete batch at the end of an epoch is dropped. The paper's code counts images · epochs div
/// batch + 1, which fits its loop, where batches span epoch boundaries. In this loop, that count would end the cosine
/// above 0, and far above if a batch is a large part of the images.
/// </summary>
public sealed class LearningRateSchedule
{
    /// <summary>Computes the lengths from the numbers of images and epochs.</summary>
    /// <param name="images">Images in the data set.</param>
    /// <param name="epochs">Passes over the images.</param>
    /// <param name="batchSize">Images per step (not views), at most <paramref name="images"/>.</param>
    /// <param name="warmupEpochs">Epochs of warm-up; may be a fraction.</param>
    /// <param name="peak">Rate at the end of warm-up.</param>
    public LearningRateSchedule(int images, int epochs, int batchSize, double warmupEpochs, double peak)
        : this(StepsOf(images, epochs, batchSize), (long)Math.Floor(warmupEpochs * (images / batchSize)), peak)
    {
    }

    /// <summary>Takes the lengths as given.</summary>
    /// <param name="totalSteps">The number of training steps, above 0.</param>
    /// <param name="warmupSteps">Steps of warm-up, 0 or more.</param>
    /// <param name="peak">Rate at the end of warm-up.</param>
    internal LearningRateSchedule(long totalSteps, long warmupSteps, double peak)
    {
        TotalSteps = totalSteps;
        WarmupSteps = warmupSteps;
        Peak = peak;
    }

    /// <summary>The number of training steps, epochs · (images div batch), at which the cosine reaches 0.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps of warm-up: warm-up epochs · (images div batch), rounded down.</summary>
    public long WarmupSteps { get; }

    /// <summary>The rate at the end of warm-up.</summary>
    public double Peak { get; }

    /// <summary>
    /// The schedule of runs started by an earlier version: images · epochs div batch + 1 steps, as in the paper's code.
    /// Such a run keeps this schedule, so that it resumes bit-exactly.
    /// </summary>
    /// <inheritdoc cref="LearningRateSchedule(int, int, int, double, double)"/>
    internal static LearningRateSchedule ForEarlierRun(
        int images, int epochs, int batchSize, double warmupEpochs, double peak)
        => new(((long)images * epochs / batchSize) + 1, (long)Math.Floor(warmupEpochs * images / batchSize), peak);

    /// <summary>The learning rate of a step, counted from 0.</summary>
    public double At(long step)
    {
        if (step < WarmupSteps)
        {
            return Peak * step / WarmupSteps;
        }

        double progress = Math.Min(1, (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps));
        return Peak * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }

    private static long StepsOf(int images, int epochs, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchSize, images);
        return (long)epochs * (images / batchSize);
    }
}
