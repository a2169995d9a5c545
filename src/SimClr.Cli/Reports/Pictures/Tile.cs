using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>A small picture for a page with many.</summary>
/// <param name="Jpeg">The encoded picture.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
internal sealed record Tile(byte[] Jpeg, int Width, int Height)
{
    private const int Quality = 80;

    /// <summary>Scales the whole image to fit a square.</summary>
    public static Tile FromImage(RgbImage image, int side)
    {
        (int width, int height) = Thumbnail.Fit(image.Width, image.Height, side);
        return new Tile(
            Encode(
                width, height, canvas => Thumbnail.Draw(canvas, image, new SKRectI(0, 0, side, side), width, height)),
            width,
            height);
    }

    /// <summary>Draws a picture and encodes it as JPEG.</summary>
    public static byte[] Encode(int width, int height, Action<SKCanvas> draw)
    {
        using SKSurface surface = SKSurface.Create(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        surface.Canvas.Clear(Ink.Paper);
        draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}
