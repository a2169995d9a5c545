using Microsoft.ML.Data;
using SkiaSharp;

namespace MlNetScoring;

/// <summary>An image in the model's input format: rows of pixels, red first, one byte per channel.</summary>
internal sealed class Pixels
{
    [ColumnName("images")]
    public byte[] Values { get; init; } = [];

    /// <summary>
    /// The center of an image whose short side is resized to this many pixels (256/224 of it above 32).
    /// </summary>
    public static Pixels Read(string file, int size)
    {
        using SKBitmap whole = SKBitmap.Decode(file) ?? throw new InvalidDataException($"{file}: not an image");
        double scale = (size <= 32 ? size : Math.Round(size * 256.0 / 224)) / Math.Min(whole.Width, whole.Height);
        var fitted = new SKImageInfo(
            (int)(whole.Width * scale), (int)(whole.Height * scale), SKColorType.Rgb888x, SKAlphaType.Opaque);
        using var resized = new SKBitmap(fitted);
        using var image = SKImage.FromBitmap(whole);
        image.ScalePixels(resized.PeekPixels(), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        byte[] values = new byte[size * size * 3];
        (int left, int top) = ((fitted.Width - size) / 2, (fitted.Height - size) / 2);
        for (int i = 0; i < size * size; i++)
        {
            SKColor color = resized.GetPixel(left + (i % size), top + (i / size));
            (values[3 * i], values[(3 * i) + 1], values[(3 * i) + 2]) = (color.Red, color.Green, color.Blue);
        }

        return new Pixels { Values = values };
    }
}
