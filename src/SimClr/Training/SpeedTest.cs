using System.Diagnostics;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>What a machine reached in a short test.</summary>
/// <param name="ImagesPerSecond">Images (not views) per second of computing; reading and augmenting them is not in it.</param>
/// <param name="Plan">Where and in what precision.</param>
/// <param name="Steps">Steps that were timed.</param>
/// <param name="Seconds">The time they took.</param>
internal sealed record SpeedMeasurement(double ImagesPerSecond, ComputePlan Plan, long Steps, double Seconds);

/// <summary>Measures real training steps on random pixels, and what they say about other configurations.</summary>
internal static class SpeedTest
{
    /// <summary>Trains on random pixels for about the given time, after one step that warms up and does not count.</summary>
    public static SpeedMeasurement Run(PretrainOptions options, TimeSpan duration, CancellationToken cancellation = default)
    {
        ComputePlan plan = ComputePlan.Resolve(options, ownEncoder: false);
        set_num_threads(plan.Threads);
        using var memory = new HostMemory();
        using var scope = NewDisposeScope();
        using SimClrModel model = SimClrModel.Create(options, plan.Device, ownEncoder: null);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(model));
        using var pixels = new PixelTensor(2 * options.Batch.Size, options.Views.Size, plan.Device, plan.InputType);
        IContrastiveLoss loss = LossCatalog.Create(options.Loss);
        float[] noise = Noise(2 * options.Batch.Size * 3 * options.Views.Size * options.Views.Size);
        model.train();
        Step();

        var clock = Stopwatch.StartNew();
        long steps = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            Step();
            steps++;
        }
        while (clock.Elapsed < duration);

        double seconds = clock.Elapsed.TotalSeconds;
        return new SpeedMeasurement(steps * options.Batch.Size / seconds, plan, steps, seconds);

        void Step()
        {
            using var step = NewDisposeScope();
            (Tensor _, Tensor z) = model.forward(pixels.Fill(noise, 2 * options.Batch.Size));
            long n = z.shape[0] / 2;
            Tensor value = loss.Forward(z.narrow(0, 0, n), z.narrow(0, n, n));
            optimizer.ZeroGradients();
            value.backward();
            optimizer.Step(1e-3);
            _ = value.item<float>();   // waits for the device
        }
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

    private static float[] Noise(int count)
    {
        var random = new RandomStream(0, Purpose.Sample);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)random.NextDouble();
        }

        return values;
    }
}
