namespace SimClr.Data;

/// <summary>
/// Decodes a JPEG, PNG, WebP, BMP or GIF file (its first frame) as the library does with its defaults: 8-bit RGB,
/// upright, over white where it is transparent.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Decodes an image.</summary>
    /// <exception cref="UnreadableImageException">
    /// The image is empty, broken, cut off, of an unknown format, or too large.
    /// </exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, string path, DataOptions options)
    {
        if (encoded.IsEmpty)
        {
            throw new UnreadableImageException(path, "the file is empty");
        }

        JpegScans.Check(encoded, path);
        return TurboJpeg.TryDecode(encoded, path, options) ?? SkiaDecoder.Decode(encoded, path, options);
    }
}
