namespace SimClr.Optimizers;

/// <summary>
/// The learning rate of each step (paper, Section 2.3 and B.1): linear from 0 to the peak during warm-up, then half a
/// cosine down to 0. Counted in steps, as the paper's code counts them.
/// </summary>
public sealed class LearningRateSchedule
{
    /// <summary>Computes the lengths from images and epochs.</summary>
    /// <param name="images">Images in the data set.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="batchSize">Images per step (not views).</param>
    /// <param name="warmupEpochs">Epochs of warm-up; may be a fraction.</param>
    /// <param name="peak">Rate at the end of warm-up.</param>
    public LearningRateSchedule(int images, int epochs, int batchSize, double warmupEpochs, double peak)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        TotalSteps = ((long)images * epochs / batchSize) + 1;
        WarmupSteps = (long)Math.Round(Math.Floor(warmupEpochs * images / batchSize));
        Peak = peak;
    }

    /// <summary>images · epochs div batch + 1: where the cosine reaches 0.</summary>
    public long TotalSteps { get; }

    /// <summary>warm-up epochs · images div batch.</summary>
    public long WarmupSteps { get; }

    /// <summary>The rate at the end of warm-up.</summary>
    public double Peak { get; }

    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(long step)
    {
        if (step < WarmupSteps)
        {
            return Peak * step / WarmupSteps;
        }

        double progress = Math.Min(1, (double)(step - WarmupSteps) / (TotalSteps - WarmupSteps));
        return Peak * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
