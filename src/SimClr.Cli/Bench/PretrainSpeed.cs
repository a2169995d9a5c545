using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The speed of whole runs: reading, augmenting, training, logging.</summary>
internal static class PretrainSpeed
{
    /// <summary>
    /// Runs once with a small encoder, so that the surrounding code is compiled before the measurement.
    /// </summary>
    public static void WarmUp(PretrainOptions options, ImageDataSet images, CancellationToken cancellation)
        => Measure(
            options with { Encoder = new() { Name = "resnet18", Width = Math.Min(0.25, options.Encoder.Width) } },
            images,
            cancellation);

    /// <summary>
    /// Returns the images per second of a new one-epoch run, from its first request for a batch to the end of its last
    /// step. The final checkpoint is not counted: a real run has thousands of steps per checkpoint.
    /// </summary>
    public static double Measure(PretrainOptions options, ImageDataSet images, CancellationToken cancellation)
    {
        using var folder = new ScratchFolder();
        (double seconds, long steps) = (0, 0);
        options = options with { Schedule = new() { Epochs = 1, WarmupEpochs = 0 } };
        new Pretrainer(options)
        {
            Progress = new ImmediateProgress<PretrainProgress>(progress =>
            {
                seconds += (progress.Step - steps) * options.Batch.Size / progress.ImagesPerSecond;
                steps = progress.Step;
            }),
        }.Run(images, folder.PathOf("run"), cancellation: cancellation);
        return steps * options.Batch.Size / seconds;
    }
}
