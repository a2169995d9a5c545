using System.Globalization;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Turns the bytes of a JPEG, PNG, WebP, BMP or GIF file (its first frame) into 8-bit RGB: gray, palette, CMYK and
/// 16-bit images are converted, transparency is laid over white, the EXIF orientation is applied, color profiles are
/// ignored. Thread-safe.
/// </summary>
public static unsafe class ImageDecoder
{
    /// <summary>The file extensions by which folders and tar shards know an image, in lower case.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"];

    internal static bool KnowsExtensionOf(string path)
        => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Decodes an image from a stream, read to its end.</summary>
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
    /// <param name="path">How to name the image in an error.</param>
    /// <param name="options">Its limit on megapixels holds, checked in the header before pixels are allocated.</param>
    /// <exception cref="UnreadableImageException">
    /// The image is empty, broken, cut off, of an unknown format or too large.
    /// </exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, string path, DataOptions? options = null)
    {
        if (encoded.IsEmpty)
        {
            throw new UnreadableImageException(path, "the file is empty");
        }

        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec codec = SKCodec.Create(data)
            ?? throw new UnreadableImageException(
                path, "not an image of a known format (JPEG, PNG, WebP, BMP, GIF), or its header is broken");
        CheckSize(codec.Info, path, options ?? new DataOptions());
        return Decode(codec, PngOrientation.Of(encoded) ?? codec.EncodedOrigin, path);
    }

    private static RgbImage Decode(SKCodec codec, SKEncodedOrigin origin, string path)
    {
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        SKAlphaType alpha = opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, alpha);
        void* rgba = NativeMemory.Alloc((nuint)info.BytesSize64);
        try
        {
            SKCodecResult result = codec.GetPixels(info, (nint)rgba);
            return result == SKCodecResult.Success
                ? PixelLayout.ToRgb((byte*)rgba, info.Width, info.Height, origin, opaque)
                : throw new UnreadableImageException(path, ReasonFor(result));
        }
        finally
        {
            NativeMemory.Free(rgba);
        }
    }

    private static void CheckSize(SKImageInfo info, string path, DataOptions options)
    {
        double megapixels = (double)info.Width * info.Height / 1e6;
        if (megapixels > options.DecodeLimitMegapixels || 3L * info.Width * info.Height > Array.MaxLength)
        {
            throw new UnreadableImageException(path, string.Create(CultureInfo.InvariantCulture,
                $"{info.Width} × {info.Height} pixels are {megapixels:0.####} megapixels, more than the "
                    + $"{options.DecodeLimitMegapixels:0.####} of data.decode_limit_megapixels"));
        }
    }

    private static string ReasonFor(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is cut off: its last part is missing",
        SKCodecResult.ErrorInInput => "the file is broken: its data contradict themselves",
        _ => $"cannot be decoded ({result})",
    };
}
