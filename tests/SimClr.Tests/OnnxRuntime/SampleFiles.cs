using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.OnnxRuntime;

/// <summary>Image files of the kinds that decoders treat differently: alpha, EXIF orientation, gray, inks.</summary>
internal static class SampleFiles
{
    public const int Count = 9;

    /// <summary>Writes the files to a new folder.</summary>
    /// <returns>The folder.</returns>
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        byte[] jpeg = EncodedImages.Encode(91, 60, Color, SKEncodedImageFormat.Jpeg);
        byte[] webp = EncodedImages.Encode(70, 50, Color, SKEncodedImageFormat.Webp);
        byte[][] gray = [.. Enumerable.Range(0, 40).Select(y => Enumerable.Range(0, 55)
            .Select(x => Color(x, y).Red).ToArray())];
        byte[] bgra = [.. Enumerable.Range(0, 4 * 35 * 33).Select(i => (byte)(i * 37))];
        (string Name, byte[] Content)[] files =
        [
            ("photo.jpg", jpeg),
            ("turned.jpg", EncodedImages.WithOrientation(jpeg, 6)),
            ("mirrored.jpg", EncodedImages.WithOrientation(jpeg, 7)),
            ("inks.jpg", EncodedImages.CmykJpeg(10, 200, 30, 60)),
            ("alpha.png", EncodedImages.Encode(
                63, 48, (x, y) => Color(x, y).WithAlpha((byte)(4 * x)), SKEncodedImageFormat.Png)),
            ("gray.png", EncodedImages.Png(55, 40, depth: 8, colorType: 0, gray)),
            ("turned.webp", EncodedImages.WebPWithExif(webp, 70, 50, EncodedImages.Exif(3, big: false))),
            ("masks.bmp", EncodedImages.Bmp32(108, bgra, width: 35)),
            ("frames.gif", EncodedImages.Gif([0, 1, 2, 3], transparent: 0)),
        ];
        foreach ((string name, byte[] content) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }

        return folder;
    }

    // Edges and gradients, so that each step of resizing matters.
    private static SKColor Color(int x, int y)
        => new((byte)(x * 5), (byte)(((x / 9) + (y / 7)) % 2 * 200), (byte)((x * x) + (y * 3)));
}
