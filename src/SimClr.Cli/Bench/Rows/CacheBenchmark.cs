using System.Globalization;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Training;
using TorchSharp;

namespace SimClr.Cli.Bench;

/// <summary>
/// The gradient of a large batch in micro-batches, compared with plain steps on batches of the micro-batch size.
/// </summary>
internal static class CacheBenchmark
{
    // The first step of a run is slower than the others. The number of steps matches the passes of one step in
    // micro-batches.
    private const int PlainSteps = 6;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        // Separate processes: what one side leaves on the heap would count for the other.
        BenchRow plain = settings.MeasureInOwnProcess(BenchCatalog.CachePlain, settings, cancellation);
        BenchRow cached = settings.MeasureInOwnProcess(BenchCatalog.CacheMicro, settings, cancellation);
        string shapes = string.Create(
            CultureInfo.InvariantCulture,
            $"ResNet-18 × {settings.CacheWidth} at {settings.BaseOptions.Views.Size} × "
                + $"{settings.BaseOptions.Views.Size}, batch {settings.LargeBatch} by {settings.Batch} against "
                + $"plain batch {settings.Batch}");
        yield return new BenchRow(
            "cache_time",
            $"gradient cache, time per image, {shapes}",
            Spread.FromValues([plain.Result.Median / cached.Result.Median]),
            "of the plain time",
            Target.Max(1.4))
        {
            Figures = new Dictionary<string, double>
            {
                ["images_per_second"] = cached.Result.Median,
                ["plain_images_per_second"] = plain.Result.Median,
            },
        };
        (double large, double small) = (cached.Figures["mb"], plain.Figures["mb"]);
        yield return new BenchRow(
            "cache_memory",
            $"gradient cache, peak resident memory, {shapes}",
            Spread.FromValues([large / small]),
            "of the plain peak",
            Target.Max(1.25))
        {
            Figures = new Dictionary<string, double> { ["mb"] = large, ["plain_mb"] = small },
        };
    }

    /// <summary>Runs plain steps with a small batch.</summary>
    public static IEnumerable<BenchRow> Plain(BenchSettings settings, CancellationToken cancellation)
        => [Run(
            "cache_plain",
            Options(settings) with { Batch = new() { Size = settings.Batch } },
            PlainSteps * settings.Batch,
            settings,
            cancellation)];

    /// <summary>Runs one step with the large batch.</summary>
    public static IEnumerable<BenchRow> Micro(BenchSettings settings, CancellationToken cancellation)
        => [Run(
            "cache_micro",
            Options(settings) with { Batch = new() { Size = settings.LargeBatch, Micro = settings.Batch } },
            settings.LargeBatch,
            settings,
            cancellation)];

    private static BenchRow Run(
        string name, PretrainOptions options, int count, BenchSettings settings, CancellationToken cancellation)
    {
        using ImageDataSet images = BenchImages.Small(settings, options.Views.Size, count);
        double speed = 0;
        var place = torch.device(ComputePlan.Resolve(options, customEncoder: false).Device);
        double peak = MemoryUse.Peak(() => speed = PretrainSpeed.Measure(options, images, cancellation), place);
        return new BenchRow(name, $"pretrain with batch {options.Batch.Size}", Spread.FromValues([speed]), "images/s")
        {
            Figures = new Dictionary<string, double> { ["mb"] = peak / (1 << 20) },
        };
    }

    private static PretrainOptions Options(BenchSettings settings)
        => settings.BaseOptions with { Encoder = settings.BaseOptions.Encoder with { Width = settings.CacheWidth } };
}
