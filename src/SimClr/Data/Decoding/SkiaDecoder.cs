using System.Buffers;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and GIF with SkiaSharp. SimClr.OnnxRuntime compiles this file too, with the files that
/// it needs, so that an exported model sees the pixels that its encoder saw.
/// </summary>
internal static unsafe class SkiaDecoder
{
    /// <summary>Decodes an image to upright RGB.</summary>
    /// <exception cref="UnreadableImageException">
    /// The image is broken, cut off, of an unknown format, or too large.
    /// </exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, string path, DataOptions options)
    {
        using SKData data = PngTextChunks.Strip(encoded);
        using SKCodec codec = Codec(encoded, data)
            ?? throw new UnreadableImageException(
                path, "not an image of a known format (JPEG, PNG, WebP, BMP, GIF), or its header is broken");
        DecodedSize.Check(encoded, codec.Info.Width, codec.Info.Height, path, options);
        return Decode(codec, ExifOrientation.Read(encoded), path, SizeFor(codec, options));
    }

    /// <summary>Returns the size stated in the header of an image; null if the file is not an image.</summary>
    /// <param name="encoded">The whole file.</param>
    public static (int Width, int Height)? SizeOf(ReadOnlySpan<byte> encoded)
    {
        using SKData data = PngTextChunks.Strip(encoded);
        using SKCodec? codec = Codec(encoded, data);
        return codec is null ? null : (codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Returns whether the first bytes are those of one of the formats.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> encoded) => encoded
        is [0xFF, 0xD8, 0xFF, ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', ..]
        or [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] or [(byte)'B', (byte)'M', ..]
        or [(byte)'G', (byte)'I', (byte)'F', ..];

    // SkiaSharp supports other formats too, such as icons, but a small file of these may claim more memory than the
    // checks here cover.
    private static SKCodec? Codec(ReadOnlySpan<byte> encoded, SKData data)
        => Recognizes(encoded) ? SKCodec.Create(data) : null;

    private static RgbImage Decode(SKCodec codec, SKEncodedOrigin origin, string path, SKSizeI size)
    {
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        SKAlphaType alpha = opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha);
        byte[] rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            fixed (byte* stored = rgba)
            {
                SKCodecResult result = codec.GetPixels(info, (nint)stored);
                if (result != SKCodecResult.Success)
                {
                    throw new UnreadableImageException(path, ReasonFor(result));
                }

                // Programs without alpha leave 0 in the fourth byte of a BMP's pixels, even if the header has an alpha
                // mask.
                opaque |= codec.EncodedFormat == SKEncodedImageFormat.Bmp
                    && PixelLayout.IsTransparentEverywhere(stored, info.Width * info.Height);
                return PixelLayout.ToRgb(stored, 4, info.Width, info.Height, origin, opaque);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static SKSizeI SizeFor(SKCodec codec, DataOptions options)
        => codec.EncodedFormat == SKEncodedImageFormat.Jpeg
            ? codec.GetScaledDimensions(1f / DecodedSize.DivisorFor(codec.Info.Width, codec.Info.Height, options))
            : codec.Info.Size;

    private static string ReasonFor(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is cut off: its last part is missing",
        SKCodecResult.ErrorInInput => "the file is broken: its data is inconsistent",
        _ => $"cannot be decoded ({result})",
    };
}
