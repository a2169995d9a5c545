using SimClr.Data;

namespace SimClr.Cli.Bench;

/// <summary>Decoding of photographs from file to pixels, on one thread.</summary>
internal static class DecodeBenchmark
{
    private const int Images = 60;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        using var folder = new ScratchFolder();
        using ImageDataSet photos = BenchImages.Photos(settings, folder, Images);
        double megapixels =
            Enumerable.Range(0, Images).Select(photos.Read).Average(image => image.Width * image.Height / 1e6);
        int next = 0;
        double[][] figures = SideBySide.Run(
            settings.Rounds, cancellation, () => SideBySide.Rate(() => DecodeOne(next++ % Images), settings.Duration));
        yield return new BenchRow(
            "decode", "decoding of JPEG files, one core", Spread.FromValues(figures[0]), "images/s")
        {
            Figures = new Dictionary<string, double> { ["megapixels_per_image"] = megapixels },
        };

        // As in a loader, the buffer of one image serves the next.
        void DecodeOne(int index) => photos.Recycle(index, photos.Read(index));
    }
}
