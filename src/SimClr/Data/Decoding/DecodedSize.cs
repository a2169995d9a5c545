using System.Globalization;

namespace SimClr.Data;

/// <summary>The size of a decoded image: the limit, and the reduction during decoding.</summary>
internal static class DecodedSize
{
    /// <summary>Rejects an image by the size in its header, before pixels are allocated.</summary>
    /// <exception cref="UnreadableImageException">
    /// The image is larger than the limit, or than its file can hold.
    /// </exception>
    public static void Check(ReadOnlySpan<byte> encoded, int width, int height, string path, DataOptions options)
    {
        double megapixels = (double)width * height / 1e6;
        if (megapixels > options.DecodeLimitMegapixels || 4L * width * height > Array.MaxLength)
        {
            throw new UnreadableImageException(path, string.Create(CultureInfo.InvariantCulture,
                $"{width} × {height} pixels are {megapixels:0.####} megapixels, more than the "
                    + $"{options.DecodeLimitMegapixels:0.####} of {DataOptions.DecodeLimitName}"));
        }

        DecompressionBomb.Check(encoded, width, height, path);
    }

    /// <summary>
    /// Returns the factor by which a JPEG is reduced during decoding: the largest of 8, 4 and 2 that leaves its short
    /// side with at least <see cref="DataOptions.ScaledDecode"/> pixels, else 1.
    /// </summary>
    public static int DivisorFor(int width, int height, DataOptions options)
    {
        int divisor = options.ScaledDecode > 0 ? 8 : 1;
        while (divisor > 1 && (Math.Min(width, height) + divisor - 1) / divisor < options.ScaledDecode)
        {
            divisor /= 2;
        }

        return divisor;
    }
}
