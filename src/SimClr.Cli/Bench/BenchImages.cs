using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Cli.Bench;

/// <summary>The images to measure with: the user's own, or synthetic ones of the same cost.</summary>
internal static class BenchImages
{
    private const int SyntheticImages = 64;
    private const int PhotoWidth = 500;
    private const int PhotoHeight = 375;
    private const int Quality = 90;

    /// <summary>Returns small images in memory.</summary>
    public static ImageDataSet Small(BenchSettings settings, int side, int count)
        => new RepeatedDataSet(
            settings.Images is { } data
                ? DataSets.Open(data)
                : new InMemoryDataSet(
                    Enumerable.Range(0, SyntheticImages).Select(number => Picture(number, side, side))),
            count);

    /// <summary>Returns photographs read from files.</summary>
    /// <param name="settings">The settings, with the user's photographs if there are any.</param>
    /// <param name="folder">The folder to which synthetic photographs are written.</param>
    /// <param name="count">The number of images; a smaller set is repeated.</param>
    public static ImageDataSet Photos(BenchSettings settings, ScratchFolder folder, int count)
    {
        if (settings.Photos is { } data)
        {
            return new RepeatedDataSet(DataSets.Open(data), count);
        }

        string photos = folder.PathOf("photos");
        Directory.CreateDirectory(photos);
        for (int number = 0; number < Math.Min(SyntheticImages, count); number++)
        {
            File.WriteAllBytes(Path.Join(photos, $"{number:D3}.jpg"), Jpeg(Picture(number, PhotoWidth, PhotoHeight)));
        }

        return new RepeatedDataSet(DataSets.Open(photos), count);
    }

    /// <summary>
    /// Draws smooth colors under noise. As a JPEG of 500 × 375 pixels it takes about 100 kB, like a photograph.
    /// </summary>
    private static RgbImage Picture(int number, int width, int height)
    {
        const double noise = 24;
        var random = new RandomStream(0, Purpose.Sample, number);
        byte[] pixels = new byte[3 * width * height];
        (double across, double down) = (random.Uniform(2, 9) / width, random.Uniform(2, 9) / height);
        for (int i = 0; i < width * height; i++)
        {
            double wave = Math.Sin(i % width * across) + Math.Cos(i / width * down);
            double grain = random.Uniform(-noise, noise);
            for (int channel = 0; channel < 3; channel++)
            {
                pixels[(3 * i) + channel] = (byte)Math.Clamp(128 + (50 * Math.Sin(wave + channel)) + grain, 0, 255);
            }
        }

        return new RgbImage(width, height, pixels);
    }

    private static byte[] Jpeg(RgbImage image)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Pixels = [.. Enumerable.Range(0, image.Width * image.Height)
            .Select(i => new SKColor(image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]))];
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}
