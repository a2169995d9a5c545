using SimClr.Data;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// Draws an image into a square. Small images are enlarged by an integer factor, so that their pixels stay visible;
/// large ones are reduced with filtering.
/// </summary>
internal static class Thumbnail
{
    /// <summary>Draws the whole image, centered in the square.</summary>
    /// <returns>The position of the image within the square.</returns>
    public static SKRectI Draw(SKCanvas canvas, RgbImage image, SKRectI square)
    {
        (int width, int height) = Fit(image.Width, image.Height, square.Width);
        SKRectI place = Centered(square, width, height);
        using SKBitmap bitmap = ToBitmap(image);
        Draw(canvas, bitmap, place);
        return place;
    }

    /// <summary>
    /// Draws the whole image at the upper left corner of the square, in the size returned by <see cref="Fit"/>.
    /// </summary>
    public static void Draw(SKCanvas canvas, RgbImage image, SKRectI square, int width, int height)
    {
        using SKBitmap bitmap = ToBitmap(image);
        Draw(canvas, bitmap, SKRectI.Create(square.Left, square.Top, width, height));
    }

    /// <summary>Draws the center of the image; it fills the square if the image is large enough.</summary>
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

    /// <summary>Draws a view as seen in training.</summary>
    /// <param name="canvas">The target.</param>
    /// <param name="pixels">side · side · 3 numbers in [0, 1]: rows of pixels, red first.</param>
    /// <param name="side">The side of the view in pixels.</param>
    /// <param name="square">The square on the canvas.</param>
    public static void Draw(SKCanvas canvas, ReadOnlySpan<float> pixels, int side, SKRectI square)
    {
        byte[] bytes = new byte[pixels.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)MathF.Round(255 * Math.Clamp(pixels[i], 0, 1));
        }

        _ = Draw(canvas, new RgbImage(side, side, bytes), square);
    }

    /// <summary>Returns the size at which an image is drawn in a square.</summary>
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

    /// <summary>
    /// Halves the bitmap until it is less than twice the width; the cubic filter alone would skip pixels.
    /// </summary>
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
