using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Cli.Bench;

/// <summary>
/// Random views of decoded images on one thread. bench/against_pytorch.py compares the same work with torchvision.
/// </summary>
internal static class AugmentationBenchmark
{
    private const int Images = 60;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        using var folder = new ScratchFolder();
        ViewOptions large = PhotoBenchmark.Options(settings).Views;
        ViewOptions small = settings.BaseOptions.Views;
        using ImageDataSet photos = BenchImages.Photos(settings, folder, Images);
        using ImageDataSet pictures = BenchImages.Small(settings, small.Size, Images);
        var sides = new[] { new Side(large, photos), new Side(small, pictures) };
        foreach (Side side in sides)
        {
            side.ViewsPerSecond(settings.Duration);   // until the optimizing compiler is done
        }

        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            [.. sides.Select(side => (Func<double>)(() => side.ViewsPerSecond(settings.Duration)))]);
        yield return Row("augment_photos", "photographs", large, figures[0]);
        yield return Row("augment_small", "small images", small, figures[1]);
    }

    private static BenchRow Row(string name, string images, ViewOptions views, double[] figures)
        => new(
            name,
            $"augmentation of decoded {images} to {views.Size} × {views.Size} "
                + $"{(views.Blur ? "with" : "without")} blur, one core",
            Spread.FromValues(figures),
            "views/s");

    /// <summary>One kind of view of the same images, with new random draws on every pass.</summary>
    private sealed class Side(ViewOptions options, ImageDataSet source)
    {
        private readonly RgbImage[] images = [.. Enumerable.Range(0, source.Count).Select(source.Read)];
        private readonly ViewRenderer renderer = new(options);
        private readonly float[] view = new float[3 * options.Size * options.Size];
        private int next;

        public double ViewsPerSecond(TimeSpan span) => SideBySide.Rate(Render, span);

        private void Render()
        {
            int index = next % images.Length;
            RgbImage image = images[index];
            renderer.Render(
                image,
                ViewParameters.Draw(options, image.Width, image.Height, 0, next / images.Length, index, 0),
                view);
            next++;
        }
    }
}
