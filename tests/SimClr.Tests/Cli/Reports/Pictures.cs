using SimClr.Cli.Reports;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports;

/// <summary>Inspects pictures, and makes images for them.</summary>
internal static class Pictures
{
    public static SKBitmap Decode(byte[] png)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], png[..4]);
        return SKBitmap.Decode(png);
    }

    /// <summary>Without any font, pictures and plots are drawn without their text.</summary>
    public static void NeedAFont() => Assert.SkipWhen(Lettering.Measure("a", 12) == 0, "this machine has no font");

    public static bool Has(SKBitmap picture, SKColor color, SKRectI place)
        => Enumerable.Range(place.Top, place.Height).Any(y =>
            Enumerable.Range(place.Left, place.Width).Any(x => picture.GetPixel(x, y) == color));

    public static bool Has(SKBitmap picture, SKColor color)
        => Has(picture, color, new SKRectI(0, 0, picture.Width, picture.Height));

    /// <summary>An image in which no two neighboring pixels are equal.</summary>
    public static RgbImage Colorful(int width, int height, int start = 0)
        => new(width, height, [.. Enumerable.Range(start, width * height * 3).Select(i => (byte)((i * 37) + (i / 7)))]);

    public static RgbImage Plain(int width, int height, SKColor color)
        => new(width, height, [.. Enumerable.Range(0, width * height)
            .SelectMany(_ => new[] { color.Red, color.Green, color.Blue })]);
}
