using System.Diagnostics;
using SimClr.Configuration;
using SimClr.Encoders;

namespace SimClr.Training;

/// <summary>What a machine reached in a short test.</summary>
/// <param name="ImagesPerSecond">Images (not views) per second of computing; reading and augmenting them is not in it.</param>
/// <param name="Plan">Where and in what precision.</param>
/// <param name="Steps">Steps that were timed.</param>
/// <param name="Seconds">The time they took.</param>
public sealed record SpeedMeasurement(double ImagesPerSecond, ComputePlan Plan, long Steps, double Seconds);

/// <summary>Measures real training steps on random pixels, and what they say about other configurations.</summary>
public static class SpeedTest
{
    /// <summary>Trains on random pixels for about the given time, after one step that warms up and does not count.</summary>
    public static SpeedMeasurement Run(PretrainOptions options, TimeSpan duration, CancellationToken cancellation = default)
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

    /// <summary>How long another configuration would compute, if this machine is as fast on it per multiply-add.</summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="on">The configuration it was measured with.</param>
    /// <param name="planned">The configuration in question.</param>
    /// <param name="images">How many images it would learn from.</param>
    public static TimeSpan Estimate(SpeedMeasurement measured, PretrainOptions on, PretrainOptions planned, long images)
    {
        double relative = EncoderCost.MultiplyAdds(planned.Encoder, planned.Views.Size)
            / EncoderCost.MultiplyAdds(on.Encoder, on.Views.Size);
        return TimeSpan.FromSeconds((double)images * planned.Schedule.Epochs * relative / measured.ImagesPerSecond);
    }
}
