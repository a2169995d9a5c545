using System.Globalization;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>
/// Whole runs on photographs, where reading and augmentation cost most, compared with training steps on a fixed batch.
/// </summary>
internal static class PhotoBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        PretrainOptions options = Options(settings);
        using var folder = new ScratchFolder();
        using ImageDataSet photos = BenchImages.Photos(settings, folder, 2 * settings.PhotoSteps * settings.PhotoBatch);
        using ImageDataSet packed = Pack(photos, folder.PathOf("photos.pack"), cancellation);
        using var bare = new SyntheticStep(options);
        PretrainSpeed.WarmUp(options, photos, cancellation);
        bare.Run();
        bare.Run();   // the first two calls allocate memory
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => settings.PhotoBatch * SideBySide.Rate(bare.Run, settings.PhotoSteps),
            () => PretrainSpeed.Measure(options, photos, cancellation),
            () => PretrainSpeed.Measure(options, packed, cancellation));
        string shapes = string.Create(
            CultureInfo.InvariantCulture,
            $"ResNet-50 × {options.Encoder.Width} at {settings.PhotoSide} × {settings.PhotoSide}, batch "
                + $"{settings.PhotoBatch}, {bare.Plan.Precision}");
        yield return Row(
            "pretrain_jpeg", $"pretrain from JPEG files against the bare step, {shapes}", 0.85, figures[0], figures[1]);
        yield return Row(
            "pretrain_packed",
            $"pretrain from a packed file against the bare step, {shapes}",
            0.93,
            figures[0],
            figures[2]);
    }

    private static BenchRow Row(string name, string what, double target, double[] bare, double[] run)
        => new(name, what, Spread.FromRatio(run, bare), "of the bare step", Target.Min(target))
        {
            Figures = new Dictionary<string, double>
            {
                ["bare_images_per_second"] = Spread.FromValues(bare).Median,
                ["pretrain_images_per_second"] = Spread.FromValues(run).Median,
            },
        };

    private static ImageDataSet Pack(ImageDataSet photos, string file, CancellationToken cancellation)
    {
        var reading = new DataOptions();
        PackFile.Write(photos, file, reading, new SkippedImages(photos, reading), null, cancellation);
        return DataSets.Open(file);
    }

    /// <summary>
    /// Returns the configuration for photographs, without a cache of decoded images: a set of photographs large enough
    /// to train on does not fit in memory.
    /// </summary>
    public static PretrainOptions Options(BenchSettings settings)
    {
        PretrainOptions photos = Presets.Load("photos");
        return photos with
        {
            Device = settings.BaseOptions.Device,
            Threads = settings.BaseOptions.Threads,
            Precision = settings.BaseOptions.Precision,
            Encoder = photos.Encoder with { Name = "resnet50", Width = settings.Width / 4 },
            Views = photos.Views with { Size = settings.PhotoSide },
            Batch = new() { Size = settings.PhotoBatch },
            Data = new() { Cache = DataCache.Never },
        };
    }
}
