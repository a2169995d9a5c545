using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Draws on white and encodes.</summary>
internal static class Png
{
    public static byte[] Draw(int width, int height, Action<SKCanvas> draw)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKSurface surface = SKSurface.Create(info)
            ?? throw new ConfigurationException(
                $"a picture of {width} × {height} pixels does not fit in memory; show fewer images");
        surface.Canvas.Clear(Ink.Paper);
        draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Width and height from the header of a file.</summary>
    public static (int Width, int Height) SizeOf(byte[] png)
    {
        using var data = SKData.CreateCopy(png);
        using SKCodec codec = SKCodec.Create(data) ?? throw new ArgumentException("expected a PNG", nameof(png));
        return (codec.Info.Width, codec.Info.Height);
    }
}
