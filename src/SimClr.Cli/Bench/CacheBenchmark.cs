using System.Globalization;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The gradient of a large batch by micro-batches, against plain steps on batches as small as those.</summary>
internal static class CacheBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions plain = settings.Basis with
        {
            Encoder = settings.Basis.Encoder with { Width = settings.CacheWidth },
            Batch = new() { Size = settings.Batch },
        };
        PretrainOptions cached = plain with { Batch = new() { Size = settings.LargeBatch, Micro = settings.Batch } };
        using ImageDataSet few = BenchImages.Small(settings, plain.Views.Size, 2 * settings.Batch);
        using ImageDataSet many = BenchImages.Small(settings, plain.Views.Size, settings.LargeBatch);
        PretrainSpeed.WarmUp(plain, few, cancellation);

        // The plain side first: what the allocator keeps of it counts for both, and nothing that the other side needs.
        (double speed, double peak) small = Run(plain, few, cancellation);
        (double speed, double peak) large = Run(cached, many, cancellation);
        string shapes = string.Create(
            CultureInfo.InvariantCulture,
            $"ResNet-18 × {settings.CacheWidth} at {plain.Views.Size} × {plain.Views.Size}, batch {settings.LargeBatch} by {settings.Batch} against plain batch {settings.Batch}");
        yield return new BenchRow(
            "cache_time", $"gradient cache, time per image, {shapes}", Spread.Of([small.speed / large.speed]), "of the plain time", Target.Most(1.4))
        {
            Figures = new Dictionary<string, double> { ["images_per_second"] = large.speed, ["plain_images_per_second"] = small.speed },
        };
        yield return new BenchRow(
            "cache_memory", $"gradient cache, peak resident memory, {shapes}", Spread.Of([large.peak / small.peak]), "of the plain peak", Target.Most(1.25))
        {
            Figures = new Dictionary<string, double> { ["mb"] = large.peak / (1 << 20), ["plain_mb"] = small.peak / (1 << 20) },
        };
    }

    private static (double Speed, double Peak) Run(PretrainOptions options, ImageDataSet images, CancellationToken cancellation)
    {
        double speed = 0;
        double peak = ResidentPeak.Of(() => speed = PretrainSpeed.Measure(options, images, cancellation));
        return (speed, peak);
    }
}
