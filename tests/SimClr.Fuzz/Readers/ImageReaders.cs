using System.Buffers.Binary;
using ImageMagick;
using SimClr.Data;
using SimClr.Formats;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Fuzz;

/// <summary>
/// Images of every format, with a limit on pixels that keeps a valid image within the memory allowed here.
/// </summary>
internal static class ImageReaders
{
    private const double Megapixels = 4;
    private const string FirstGif = "R0lGODlhAgACAPEAAP8AAAD/AAAA/wAAACH5BAAKAAAALAAAAAACAAIAAAIDRAJfADs=";

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        .. Jpeg(JpegDecoder.Skia), .. ImageDecoder.Has(JpegDecoder.TurboJpeg) ? Jpeg(JpegDecoder.TurboJpeg) : [],
        Of("png", "a.png", JpegDecoder.Skia, _ => [Encode(SKEncodedImageFormat.Png)]),
        Of("png-chunks", "a.png", JpegDecoder.Skia, _ => [Encode(SKEncodedImageFormat.Png)]) with { Wrap = Summed },
        Of("webp", "a.webp", JpegDecoder.Skia, _ => [Encode(SKEncodedImageFormat.Webp)]),
        Of("bmp", "a.bmp", JpegDecoder.Skia, _ => [Bmp(24), Bmp(32)]),
        Of("gif", "a.gif", JpegDecoder.Skia, _ => [Convert.FromBase64String(FirstGif)]),
        Further("tiff", "a.tif", () => Encode(MagickFormat.Tiff)),
        Further("avif", "a.avif", () => Encode(MagickFormat.Avif)),
        Further("jxl", "a.jxl", () => Encode(MagickFormat.Jxl)),
        Further("raw", "a.dng", () => RawFiles.Dng(32, 24)),
    ];

    /// <summary>A format that SimClr.Formats decodes, with the check of sizes that the library makes.</summary>
    private static FuzzReader Further(string name, string file, Func<byte[]> seed)
    {
        var decoder = new MagickDecoder(restrict: true);
        return new FuzzReader(name, file, _ => [seed()], path =>
        {
            byte[] encoded = File.ReadAllBytes(path);
            if (!decoder.Recognizes(encoded, path))
            {
                throw new UnreadableImageException(path, "not this format any more");
            }

            (int width, int height) = decoder.ReadSize(encoded, path);
            if ((long)width * height > Megapixels * 1e6)
            {
                throw new UnreadableImageException(path, "too large");
            }

            RgbImage image = decoder.Decode(encoded, path);
            return image.Width * image.Height * 3 == image.Pixels.Length ? null
                : throw new InvalidOperationException("an image without all its pixels");
        })
        {
            Tokens = ["II*\0", "II+\0", "ftyp", "meta", "iloc", "ipco", "ispe", "iprp", "mdat", "av1C", "pixi", "JXL "],
            Share = 1,
        };
    }

    private static byte[] Encode(MagickFormat format)
    {
        MagickPolicy.Apply(restrict: true);
        byte[] pixels = [.. Enumerable.Range(0, 17 * 9 * 3).Select(i => (byte)(i * 7))];
        using var image = new MagickImage();
        image.ReadPixels(pixels, new PixelReadSettings(17, 9, StorageType.Char, PixelMapping.RGB));
        return image.ToByteArray(format);
    }

    private static FuzzReader[] Jpeg(JpegDecoder decoder)
        => [Of($"jpeg-{decoder.ToString().ToLowerInvariant()}", "a.jpg", decoder, _ => [
            Encode(SKEncodedImageFormat.Jpeg), Turned(Encode(SKEncodedImageFormat.Jpeg))])];

    private static FuzzReader Of(
        string name, string file, JpegDecoder decoder, Func<string, IReadOnlyList<byte[]>> seeds)
    {
        var options = new DataOptions { Decoder = decoder, DecodeLimitMegapixels = Megapixels };
        return new FuzzReader(name, file, seeds, path =>
        {
            RgbImage image = ImageDecoder.Decode(File.ReadAllBytes(path), path, options);
            return image.Width * image.Height * 3 == image.Pixels.Length ? null
                : throw new InvalidOperationException("an image without all its pixels");
        })
        {
            Tokens =
            [
                "Exif\0\0", "II*\0", "MM\0*", "\u0001\u0012", "\u0012\u0001", "IHDR", "IDAT", "PLTE", "tRNS", "eXIf",
                "VP8 ", "VP8L", "VP8X", "ANIM", "RIFF", "\u00ff\u00da", "\u00ff\u00c4", "\u00ff\u00c0", "\u00ff\u00c2",
                "\u00ff\u00d9", "!\u00f9\u0004", ",",
            ],
        };
    }

    private static byte[] Encode(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(17, 9, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < 17 * 9; i++)
        {
            bitmap.SetPixel(
                i % 17, i / 17, new SKColor((byte)(i * 7), (byte)(i * 13), (byte)(i * 29), (byte)(255 - (i % 3))));
        }

        using SKData data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>A PNG whose chunks have valid checksums, as far as they are chunks.</summary>
    private static byte[] Summed(byte[] png)
    {
        byte[] file = [.. png];
        for (int at = 8; at + 12 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - 12)
            {
                break;
            }

            var sum = new Crc32();
            sum.Append(file.AsSpan(at + 4, length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + length), sum.Value);
            at += 12 + length;
        }

        return file;
    }

    /// <summary>An image with an EXIF segment that asks for rotation.</summary>
    private static byte[] Turned(byte[] jpeg)
    {
        byte[] tiff = [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(8 + tiff.Length), .. "Exif\0\0"u8, .. tiff, .. jpeg.AsSpan(2)];
    }

    private static byte[] Bmp(int bits)
    {
        const int Side = 3;
        int stride = ((Side * bits / 8) + 3) / 4 * 4;
        byte[] file = new byte[54 + (stride * Side)];
        (file[0], file[1], file[2], file[10], file[14], file[18], file[22], file[26], file[28]) =
            ((byte)'B', (byte)'M', (byte)file.Length, 54, 40, Side, Side, 1, (byte)bits);
        Array.Fill(file, (byte)200, 54, file.Length - 54);
        return file;
    }
}
