using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Decodes a JPEG, PNG, WebP, BMP or GIF file (its first frame) to 8-bit RGB. Gray, palette, CMYK and 16-bit images are
/// converted, transparency is composited over white (except in a BMP whose alpha is 0 everywhere, which is opaque), the
/// EXIF orientation is applied, and color profiles are ignored. libturbojpeg decodes JPEG if
/// <see cref="DataOptions.Decoder"/> allows it and the system has it; SkiaSharp decodes everything else. Decoders of
/// further formats can be registered (<see cref="Register"/>). Thread-safe.
/// </summary>
public static class ImageDecoder
{
    private static readonly string SkiaName = JpegDecoder.Skia.Text();
    private static readonly string TurboJpegName = JpegDecoder.TurboJpeg.Text();

    private static readonly string[] BuiltIn =
    [
        ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".jfif", ".jpe",
    ];

    // Replaced as a whole, so that readers need no lock.
    private static volatile IImageDecoder[] others = [];

    /// <summary>
    /// The file extensions of images in folders and tar shards, in lower case: those of the built-in formats, then
    /// those of registered decoders.
    /// </summary>
    public static IReadOnlyList<string> Extensions { get; private set; } = BuiltIn;

    /// <summary>
    /// Adds a decoder of further formats, for the whole process. Call it before opening data sets. Of several decoders
    /// that recognize an image, the first registered decodes it.
    /// </summary>
    /// <param name="decoder">The decoder.</param>
    public static void Register(IImageDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        lock (BuiltIn)
        {
            others = [.. others, decoder];
            Extensions = [.. BuiltIn.Concat(others.SelectMany(other => other.Extensions)).Distinct()];
        }
    }

    /// <summary>Returns whether a path ends in one of <see cref="Extensions"/>, ignoring case.</summary>
    /// <param name="path">The path.</param>
    public static bool KnowsExtensionOf(string path)
        => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Decodes an image from a stream, which is read to its end.</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, string, DataOptions?)"/>
    public static RgbImage Decode(Stream encoded, string path, DataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        using var bytes = new MemoryStream();
        encoded.CopyTo(bytes);
        return Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), path, options);
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="path">The name of the image in errors.</param>
    /// <param name="options">
    /// The options for decoding; null for the defaults. The limit on megapixels is checked against the header before
    /// pixels are allocated.
    /// </param>
    /// <exception cref="UnreadableImageException">
    /// The image is empty, broken, cut off, of an unknown format, too large, or a JPEG with more than 99 scans.
    /// </exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, string path, DataOptions? options = null)
    {
        if (encoded.IsEmpty)
        {
            throw new UnreadableImageException(path, "the file is empty");
        }

        JpegScans.Check(encoded, path);
        options ??= new DataOptions();
        if (OtherDecoder(encoded, path) is { } other)
        {
            (int width, int height) = other.ReadSize(encoded, path);
            DecodedSize.Check(encoded, width, height, path, options);
            return other.Decode(encoded, path);
        }

        return NameFor(options) == TurboJpegName && TurboJpeg.TryDecode(encoded, path, options) is { } image
            ? image
            : SkiaDecoder.Decode(encoded, path, options);
    }

    /// <summary>Returns the name of the JPEG decoder in use: <c>turbojpeg</c> or <c>skia</c>.</summary>
    /// <exception cref="ConfigurationException">
    /// The options require libturbojpeg, but the system does not have it.
    /// </exception>
    internal static string NameFor(DataOptions options) => options.Decoder switch
    {
        JpegDecoder.Auto => TurboJpeg.IsAvailable ? TurboJpegName : SkiaName,
        var decoder when !Has(decoder) => throw new ConfigurationException(
            $"data.decoder is {decoder.Text()}, but the system has no libturbojpeg (looked for "
                + $"{string.Join(", ", TurboJpeg.Names)}); install it (Debian: "
                + "libturbojpeg0) or use data.decoder=auto"),
        var decoder => decoder.Text(),
    };

    /// <summary>Returns whether a decoder is available.</summary>
    /// <param name="decoder">The decoder.</param>
    public static bool Has(JpegDecoder decoder) => decoder != JpegDecoder.TurboJpeg || TurboJpeg.IsAvailable;

    /// <summary>Returns the size stated in the header of an image; null if the file is not an image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="path">The name of the image, by whose extension some formats are known.</param>
    internal static (int Width, int Height)? SizeOf(ReadOnlySpan<byte> encoded, string path = "")
    {
        if (OtherDecoder(encoded, path) is not { } other)
        {
            return SkiaDecoder.SizeOf(encoded);
        }

        try
        {
            return other.ReadSize(encoded, path);
        }
        catch (UnreadableImageException)
        {
            return null;
        }
    }

    private static IImageDecoder? OtherDecoder(ReadOnlySpan<byte> encoded, string path)
    {
        if (encoded.IsEmpty || SkiaDecoder.Recognizes(encoded))
        {
            return null;
        }

        foreach (IImageDecoder other in others)
        {
            if (other.Recognizes(encoded, path))
            {
                return other;
            }
        }

        return null;
    }
}
