using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>Whole runs on photographs, where reading and augmenting cost most, against training steps on a fixed batch.</summary>
internal static class PhotoBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions options = Options(settings);
        using var folder = new ScratchFolder();
        using ImageDataSet photos = BenchImages.Photos(settings, folder, 2 * settings.PhotoSteps * settings.PhotoBatch);
        using var bare = new BareStep(options);
        PretrainSpeed.WarmUp(options, photos, cancellation);
        bare.Run();
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => settings.PhotoBatch * SideBySide.Rate(bare.Run, settings.PhotoSteps),
            () => PretrainSpeed.Measure(options, photos, cancellation));
        yield return new BenchRow(
            "pretrain_jpeg",
            $"pretrain from JPEG files against the bare step, ResNet-50 × {options.Encoder.Width} at {settings.PhotoSide} × {settings.PhotoSide}, batch {settings.PhotoBatch}, {bare.Plan.Precision}",
            Spread.OfRatio(figures[1], figures[0]),
            "of the bare step",
            Target.Least(0.85))
        {
            Figures = new Dictionary<string, double>
            {
                ["bare_images_per_second"] = Spread.Of(figures[0]).Median,
                ["pretrain_images_per_second"] = Spread.Of(figures[1]).Median,
            },
        };
    }

    /// <summary>Nothing is held decoded: a set of photographs that is worth training on does not fit into memory.</summary>
    public static PretrainOptions Options(BenchSettings settings)
    {
        PretrainOptions photos = Presets.Load("photos");
        return photos with
        {
            Device = settings.Basis.Device,
            Threads = settings.Basis.Threads,
            Precision = settings.Basis.Precision,
            Encoder = photos.Encoder with { Name = "resnet50", Width = settings.Width / 4 },
            Views = photos.Views with { Size = settings.PhotoSide },
            Batch = new() { Size = settings.PhotoBatch },
            Data = new() { Cache = "never" },
        };
    }
}
