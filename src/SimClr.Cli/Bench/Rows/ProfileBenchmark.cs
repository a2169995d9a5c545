using System.Globalization;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The time of a training run, broken down by part.</summary>
internal static class ProfileBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions small = settings.BaseOptions with { Batch = new() { Size = settings.Batch } };
        using (ImageDataSet images = BenchImages.Small(
            settings, small.Views.Size, settings.QuarterSteps * settings.Batch))
        {
            yield return Row("profile", With(small, settings.Width), images, 2 * settings.Steps, cancellation);
            yield return Row(
                "profile_quarter", With(small, settings.Width / 4), images, settings.QuarterSteps, cancellation);
        }

        using var folder = new ScratchFolder();
        using ImageDataSet photos = BenchImages.Photos(settings, folder, 2 * settings.PhotoBatch);
        yield return Row(
            "profile_photos", PhotoBenchmark.Options(settings), photos, 2 * settings.PhotoSteps, cancellation);
    }

    private static PretrainOptions With(PretrainOptions options, double width)
        => options with { Encoder = options.Encoder with { Width = width } };

    private static BenchRow Row(
        string name, PretrainOptions options, ImageDataSet images, int steps, CancellationToken cancellation)
    {
        StepProfile profile = StepProfile.Measure(options, images, steps, cancellation);
        double Share(double seconds) => seconds / profile.Total;
        return new BenchRow(
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"shares of the time of training, {options.Encoder.Name} × {options.Encoder.Width} at "
                    + $"{options.Views.Size} × {options.Views.Size}, batch {options.Batch.Size}, {steps} step(s)"),
            Spread.FromValues([profile.Total / steps]),
            "s per step")
        {
            Figures = new Dictionary<string, double>
            {
                ["encoder_forward"] = Share(profile.EncoderForward),
                ["encoder_backward"] = Share(profile.EncoderBackward),
                ["head"] = Share(profile.Head),
                ["loss"] = Share(profile.Loss),
                ["optimizer"] = Share(profile.Optimizer),
                ["input_wait"] = Share(profile.InputWait),
                ["rest"] = Share(profile.Rest),
            },
        };
    }
}
