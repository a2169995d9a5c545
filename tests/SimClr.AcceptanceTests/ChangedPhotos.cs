using SimClr.Data;
using SkiaSharp;

namespace SimClr.AcceptanceTests;

/// <summary>
/// Common changes to a photograph that leave its content the same: cropping, scaling, compression, recoloring.
/// </summary>
internal static class ChangedPhotos
{
    private const int Quality = 25;

    /// <summary>The kinds of change, by name.</summary>
    public static IReadOnlyList<(string Name, Func<RgbImage, int, RgbImage> Change)> Kinds { get; } =
    [
        ("crop", Crop),
        ("scale", (image, _) => Resized(image, Math.Max(1, image.Width / 2), Math.Max(1, image.Height / 2))),
        ("recompress", (image, _) => Compressed(image)),
        ("recolor", (image, _) => Recolored(image)),
    ];

    /// <summary>Crops to nine tenths of each side, at a corner that the number selects.</summary>
    private static RgbImage Crop(RgbImage image, int number)
    {
        (int width, int height) = (9 * image.Width / 10, 9 * image.Height / 10);
        int left = number % 2 == 0 ? 0 : image.Width - width;
        int top = number / 2 % 2 == 0 ? 0 : image.Height - height;
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++)
        {
            image.Pixels.Slice(3 * (((top + y) * image.Width) + left), 3 * width).CopyTo(pixels.AsSpan(3 * y * width));
        }

        return new RgbImage(width, height, pixels);
    }

    private static RgbImage Resized(RgbImage image, int width, int height)
    {
        using SKBitmap bitmap = BitmapOf(image);
        using SKBitmap smaller = bitmap.Resize(
            new SKImageInfo(width, height, bitmap.ColorType, bitmap.AlphaType),
            new SKSamplingOptions(SKCubicResampler.Mitchell));
        return Decoded(smaller, SKEncodedImageFormat.Png, 100);
    }

    private static RgbImage Compressed(RgbImage image)
    {
        using SKBitmap bitmap = BitmapOf(image);
        return Decoded(bitmap, SKEncodedImageFormat.Jpeg, Quality);
    }

    /// <summary>Makes the image warmer, lighter, and higher in contrast, as a phone's filter does.</summary>
    private static RgbImage Recolored(RgbImage image)
    {
        double[] gains = [1.15, 1.05, 0.9];
        byte[] pixels = new byte[image.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp((gains[i % 3] * (image.Pixels[i] - 128)) + 136, 0, 255);
        }

        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static RgbImage Decoded(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using SKData data = bitmap.Encode(format, quality);
        using Stream stream = data.AsStream();
        return ImageDecoder.Decode(stream, $"changed.{format}");
    }

    private static SKBitmap BitmapOf(RgbImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            image.Pixels.Slice(3 * i, 3).CopyTo(target[(4 * i)..]);
            target[(4 * i) + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
