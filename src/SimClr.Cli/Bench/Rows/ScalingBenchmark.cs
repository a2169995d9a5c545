using System.Globalization;
using SimClr.Configuration;
using SimClr.Diagnostics;
using SimClr.Encoders;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The cost of a synthetic training step as one dimension at a time changes.</summary>
internal static class ScalingBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions basis = settings.BaseOptions with
        {
            Encoder = settings.BaseOptions.Encoder with { Width = settings.Width / 4 },
            Batch = new() { Size = settings.Batch },
        };
        foreach ((string name, PretrainOptions options) in Variants(basis, settings))
        {
            yield return Row(name, options, settings, cancellation);
        }
    }

    private static IEnumerable<(string Name, PretrainOptions Options)> Variants(
        PretrainOptions basis, BenchSettings settings)
    {
        foreach (int batch in new[] { settings.Batch / 4, settings.Batch, 4 * settings.Batch })
        {
            yield return ($"batch_{batch}", basis with { Batch = new() { Size = batch } });
        }

        int size = basis.Views.Size;
        foreach (int side in new[] { size / 2, size, 2 * size })
        {
            yield return ($"size_{side}", basis with { Views = basis.Views with { Size = side } });
        }

        foreach (double width in new[] { settings.Width / 4, settings.Width / 2, settings.Width })
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"width_{width}");
            yield return (name, basis with { Encoder = basis.Encoder with { Width = width } });
        }

        for (int threads = 1; threads <= ComputeEnvironment.Cores; threads *= 2)
        {
            yield return ($"threads_{threads}", basis with { Threads = threads });
        }
    }

    private static BenchRow Row(
        string name, PretrainOptions options, BenchSettings settings, CancellationToken cancellation)
    {
        using var step = new SyntheticStep(options);
        step.Run();
        double[][] rates = SideBySide.Run(
            settings.Rounds, cancellation, () => options.Batch.Size * SideBySide.Rate(step.Run, settings.Duration));
        double milliseconds = 1000 / Spread.FromValues(rates[0]).Median;
        return new BenchRow(
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"bare step, {options.Encoder.Name} × {options.Encoder.Width} at {options.Views.Size} × "
                    + $"{options.Views.Size}, batch {options.Batch.Size}, {step.Plan.Threads} thread(s)"),
            Spread.FromValues(rates[0]),
            "images/s")
        {
            Figures = new Dictionary<string, double>
            {
                ["milliseconds_per_image"] = milliseconds,
                ["gflops"] = 12 * EncoderCost.MultiplyAdds(options.Encoder, options.Views.Size) / 1e6 / milliseconds,
            },
        };
    }
}
