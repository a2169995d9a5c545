using System.Globalization;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>
/// Three sides in turn: the matrix-product peak, training steps on a fixed batch, and whole runs with the same shapes.
/// </summary>
internal static class StepBenchmark
{
    public static IEnumerable<BenchRow> Full(BenchSettings settings, CancellationToken cancellation)
        => Measure(settings, settings.Width, settings.Steps, "", cancellation);

    public static IEnumerable<BenchRow> Quarter(BenchSettings settings, CancellationToken cancellation)
        => Measure(settings, settings.Width / 4, settings.QuarterSteps, "_quarter", cancellation);

    private static IEnumerable<BenchRow> Measure(
        BenchSettings settings, double width, int steps, string suffix, CancellationToken cancellation)
    {
        PretrainOptions options = settings.BaseOptions with
        {
            Encoder = settings.BaseOptions.Encoder with { Width = width },
            Batch = new() { Size = settings.Batch },
        };
        using var bare = new SyntheticStep(options);
        using var peak = new MatrixPeak(settings.MatrixSide, bare.Plan.Precision, bare.Plan.Device);
        using ImageDataSet images = BenchImages.Small(settings, options.Views.Size, 2 * steps * settings.Batch);
        PretrainSpeed.WarmUp(options, images, cancellation);
        bare.Run();
        bare.Run();   // the first two calls allocate memory
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => peak.Gigaflops(settings.Duration),
            () => settings.Batch * SideBySide.Rate(bare.Run, steps),
            () => PretrainSpeed.Measure(options, images, cancellation));

        double perImage = TrainingGigaflops(options);
        double[] reached = [.. figures[1].Select(rate => rate * perImage)];
        string shapes = string.Create(
            CultureInfo.InvariantCulture,
            $"ResNet-18 × {width} at {options.Views.Size} × {options.Views.Size}, batch "
                + $"{settings.Batch}, {bare.Plan.Precision}");
        yield return new BenchRow(
            $"step{suffix}",
            $"bare training step, {shapes}, against the {bare.Plan.Precision} matrix-product peak",
            Spread.FromRatio(reached, figures[0]),
            "of the peak",
            suffix.Length == 0 ? Target.Min(0.75) : null)
        {
            Figures = new Dictionary<string, double>
            {
                ["peak_gflops"] = Spread.FromValues(figures[0]).Median,
                ["step_gflops"] = Spread.FromValues(reached).Median,
                ["gflop_per_image"] = perImage,
                ["images_per_second"] = Spread.FromValues(figures[1]).Median,
            },
        };
        yield return new BenchRow(
            $"pretrain{suffix}",
            $"pretrain end to end against the bare step, {shapes}",
            Spread.FromRatio(figures[2], figures[1]),
            "of the bare step",
            Target.Min(0.95))
        {
            Figures = new Dictionary<string, double>
            {
                ["bare_images_per_second"] = Spread.FromValues(figures[1]).Median,
                ["pretrain_images_per_second"] = Spread.FromValues(figures[2]).Median,
            },
        };
    }

    /// <summary>
    /// Counts two views, forward plus backward at twice the cost, with two operations per multiply-add.
    /// </summary>
    private static double TrainingGigaflops(PretrainOptions options)
        => 2 * 3 * 2 * EncoderCost.MultiplyAdds(options.Encoder, options.Views.Size) / 1e9;
}
