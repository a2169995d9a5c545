using System.Diagnostics;
using SimClr.Configuration;
using SimClr.Encoders;

namespace SimClr.Training;

/// <summary>The speed of a machine in a short test.</summary>
/// <param name="ImagesPerSecond">
/// Images (not views) per second of computation, without reading and augmentation.
/// </param>
/// <param name="Plan">The device and precision.</param>
/// <param name="Steps">The number of timed steps.</param>
/// <param name="Seconds">The time of these steps.</param>
public sealed record SpeedMeasurement(double ImagesPerSecond, ComputePlan Plan, long Steps, double Seconds);

/// <summary>Measurement of real training steps on random pixels, and estimates for other configurations.</summary>
public static class SpeedTest
{
    /// <summary>Trains on random pixels for about the given time, after one warm-up step that does not count.</summary>
    public static SpeedMeasurement Run(
        PretrainOptions options, TimeSpan duration, CancellationToken cancellation = default)
    {
        using var step = new SyntheticStep(options);
        step.Run();

        var clock = Stopwatch.StartNew();
        long steps = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            step.Run();
            steps++;
        }
        while (clock.Elapsed < duration);

        double seconds = clock.Elapsed.TotalSeconds;
        return new SpeedMeasurement(steps * options.Batch.Size / seconds, step.Plan, steps, seconds);
    }

    /// <summary>Estimates the computing time of another configuration, at the same speed per multiply-add.</summary>
    /// <param name="measured">The measurement.</param>
    /// <param name="on">The measured configuration.</param>
    /// <param name="planned">The configuration to estimate.</param>
    /// <param name="images">The number of training images.</param>
    public static TimeSpan Estimate(SpeedMeasurement measured, PretrainOptions on, PretrainOptions planned, long images)
    {
        double relative = EncoderCost.MultiplyAdds(planned.Encoder, planned.Views.Size)
            / EncoderCost.MultiplyAdds(on.Encoder, on.Views.Size);
        return TimeSpan.FromSeconds((double)images * planned.Schedule.Epochs * relative / measured.ImagesPerSecond);
    }
}
