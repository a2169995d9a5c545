using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>A small picture of an image file.</summary>
internal static class FileThumbnail
{
    public const int Side = 160;

    /// <summary>The picture as PNG; null where there is no such file or it cannot be read.</summary>
    public static byte[]? Of(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            RgbImage image = ImageDecoder.Decode(stream, path);
            (int width, int height) = Thumbnail.Fit(image.Width, image.Height, Side);
            return Png.Draw(width, height, canvas => Thumbnail.Draw(canvas, image, SKRectI.Create((width - Side) / 2, (height - Side) / 2, Side, Side)));
        }
        catch (Exception error) when (error is UnreadableImageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
