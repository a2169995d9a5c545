using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// Draws an image into a square: small ones are enlarged by whole numbers, so that each of their pixels is seen as it
/// is; large ones are reduced with filtering.
/// </summary>
internal static class Thumbnail
{
    /// <summary>The whole image, centered in the square.</summary>
    /// <returns>Where in the square it is.</returns>
    public static SKRectI Draw(SKCanvas canvas, RgbImage image, SKRectI square)
    {
        (int width, int height) = Fit(image.Width, image.Height, square.Width);
        SKRectI place = Centered(square, width, height);
        using SKBitmap bitmap = ToBitmap(image);
        Draw(canvas, bitmap, place);
        return place;
    }

    /// <summary>The whole image from the upper left corner of the square, at the size that <see cref="Fit"/> gives for it.</summary>
    public static void Draw(SKCanvas canvas, RgbImage image, SKRectI square, int width, int height)
    {
        using SKBitmap bitmap = ToBitmap(image);
        Draw(canvas, bitmap, SKRectI.Create(square.Left, square.Top, width, height));
    }

    /// <summary>The middle of the image, filling the square where the image is large enough.</summary>
    public static void DrawCenter(SKCanvas canvas, RgbImage image, SKRectI square)
    {
        int shortest = Math.Min(image.Width, image.Height);
        using SKBitmap whole = ToBitmap(image);
        using var middle = new SKBitmap();
        _ = whole.ExtractSubset(
            middle, Centered(new SKRectI(0, 0, image.Width, image.Height), shortest, shortest));
        (int side, _) = Fit(shortest, shortest, square.Width);
        Draw(canvas, middle, Centered(square, side, side));
    }

    /// <summary>A view as training sees it.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="pixels">side · side · 3 numbers in [0, 1]: rows of pixels, red first.</param>
    /// <param name="side">Side of the view in pixels.</param>
    /// <param name="square">Where on the canvas.</param>
    public static void Draw(SKCanvas canvas, ReadOnlySpan<float> pixels, int side, SKRectI square)
    {
        byte[] bytes = new byte[pixels.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)MathF.Round(255 * Math.Clamp(pixels[i], 0, 1));
        }

        _ = Draw(canvas, new RgbImage(side, side, bytes), square);
    }

    /// <summary>The size at which an image of some size is drawn in a square.</summary>
    public static (int Width, int Height) Fit(int width, int height, int side)
    {
        int longest = Math.Max(width, height);
        if (longest <= side)
        {
            int factor = side / longest;
            return (factor * width, factor * height);
        }

        double scale = (double)side / longest;
        return (Math.Max(1, (int)Math.Round(scale * width)), Math.Max(1, (int)Math.Round(scale * height)));
    }

    private static SKRectI Centered(SKRectI square, int width, int height)
        => SKRectI.Create(
            square.Left + ((square.Width - width) / 2), square.Top + ((square.Height - height) / 2), width, height);

    private static void Draw(SKCanvas canvas, SKBitmap bitmap, SKRectI place)
    {
        if (place.Width >= bitmap.Width)
        {
            using SKImage small = SKImage.FromBitmap(bitmap);
            canvas.DrawImage(small, place, new SKSamplingOptions(SKFilterMode.Nearest));
            return;
        }

        using SKBitmap halved = Halve(bitmap, place.Width);
        using SKImage large = SKImage.FromBitmap(halved);
        canvas.DrawImage(large, place, new SKSamplingOptions(SKCubicResampler.Mitchell));
    }

    /// <summary>Exact halves down to less than twice the width: the cubic filter alone would skip pixels.</summary>
    private static SKBitmap Halve(SKBitmap bitmap, int width)
    {
        SKBitmap current = bitmap.Copy();
        while (current.Width >= 2 * width && current.Height > 1)
        {
            var size = new SKImageInfo(current.Width / 2, current.Height / 2, current.ColorType, current.AlphaType);
            SKBitmap half = current.Resize(size, new SKSamplingOptions(SKFilterMode.Linear));
            current.Dispose();
            current = half;
        }

        return current;
    }

    private static SKBitmap ToBitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        ReadOnlySpan<byte> source = image.Pixels;
        for (int from = 0, to = 0; from < source.Length; from += 3, to += 4)
        {
            target[to] = source[from];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2];
            target[to + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
