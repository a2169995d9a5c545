using System.Globalization;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>
/// The time of one image of a service against its share of a batch, through the same <see cref="ImageEmbedder"/>.
/// </summary>
internal static class SingleImageBenchmark
{
    private const int Together = 32;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        yield return Row(settings, "embed_one", "resnet18", cancellation);
        yield return Row(settings, "embed_one_large", "resnet50", cancellation);
    }

    private static BenchRow Row(BenchSettings settings, string row, string name, CancellationToken cancellation)
    {
        ComputePlan plan = ComputePlan.Resolve(settings.BaseOptions, customEncoder: false);
        ComputeEnvironment.UseThreads(plan.Threads);
        ViewOptions views = settings.BaseOptions.Views with { Size = settings.PhotoSide };
        using TrainedEncoder encoder = BenchEncoder.Load(
            new EncoderOptions { Name = name, Width = settings.Width }, views, plan.Device);
        using var embedder = new ImageEmbedder(encoder, threads: plan.Threads);
        using var folder = new ScratchFolder();
        using ImageDataSet photos = BenchImages.Photos(settings, folder, Together);
        RgbImage[] images = [.. Enumerable.Range(0, Together).Select(photos.Read)];
        int next = 0;

        One();
        All();   // the first call allocates memory
        double[][] figures = SideBySide.Run(
            Math.Max(settings.Rounds, 1),
            cancellation,
            () => SideBySide.Rate(One, settings.Duration),
            () => Together * SideBySide.Rate(All, settings.Duration));
        return new BenchRow(
            row,
            string.Create(
                CultureInfo.InvariantCulture,
                $"time of one decoded image against its share of {Together}, {name} × {settings.Width} at "
                    + $"{views.Size} × {views.Size}, fp32, {plan.Threads} thread(s)"),
            Spread.FromRatio(figures[1], figures[0]),
            "times its share of a batch",
            Target.Max(1.5))
        {
            Figures = new Dictionary<string, double>
            {
                ["one_images_per_second"] = Spread.FromValues(figures[0]).Median,
                ["batch_images_per_second"] = Spread.FromValues(figures[1]).Median,
            },
        };

        void One() => embedder.Embed(images[next++ % Together]);

        void All() => embedder.EmbedAll(images, cancellation);
    }
}
