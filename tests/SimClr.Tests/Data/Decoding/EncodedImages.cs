using System.Buffers.Binary;
using System.IO.Compression;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>
/// Small image files of every kind, some written byte by byte because no available encoder makes them.
/// </summary>
internal static class EncodedImages
{
    public static byte[] OfColor(SKColor color, SKEncodedImageFormat format, int width = 4, int height = 4)
        => Encode(width, height, (_, _) => color, format);

    public static byte[] Encode(RgbImage image, SKEncodedImageFormat format, int quality)
        => Encode(
            image.Width,
            image.Height,
            (x, y) =>
            {
                ReadOnlySpan<byte> pixel = image.Pixels.Slice(3 * ((y * image.Width) + x), 3);
                return new SKColor(pixel[0], pixel[1], pixel[2]);
            },
            format,
            quality);

    public static byte[] Encode(
        int width, int height, Func<int, int, SKColor> color, SKEncodedImageFormat format, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < width * height; i++)
        {
            bitmap.SetPixel(i % width, i / width, color(i % width, i / width));
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A PNG; rows are raw samples without filter bytes, extra chunks come before the pixels.</summary>
    public static byte[] Png(
        int width, int height, byte depth, byte colorType, byte[][] rows, params (string Name, byte[] Data)[] extra)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colorType);
        WriteChunk(file, "IHDR", header);
        foreach ((string name, byte[] data) in extra)
        {
            WriteChunk(file, name, data);
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (byte[] row in rows)
            {
                zlib.Write([0, .. row]);
            }
        }

        WriteChunk(file, "IDAT", packed.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A 24-bit BMP of one color.</summary>
    public static byte[] Bmp(int width, int height, byte red, byte green, byte blue)
    {
        int stride = (((3 * width) + 3) / 4) * 4;
        byte[] file = new byte[54 + (stride * height)];
        (file[0], file[1], file[10], file[14], file[26], file[28]) = ((byte)'B', (byte)'M', 54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        for (int i = 0; i < width * height; i++)
        {
            new[] { blue, green, red }.CopyTo(file, 54 + (i / width * stride) + (3 * (i % width)));
        }

        return file;
    }

    /// <summary>
    /// A GIF of two frames, 2 × 2, palette red, green, blue, black: the first frame holds the given palette indices
    /// (the one given as transparent is see-through); the second is all blue.
    /// </summary>
    public static byte[] Gif(byte[] first, int transparent = -1)
    {
        List<byte> file = [.. "GIF89a"u8, 2, 0, 2, 0, 0xF1, 0, 0];
        file.AddRange([255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0]);
        foreach (byte[] frame in new[] { first, [2, 2, 2, 2] })
        {
            file.AddRange([0x21, 0xF9, 4, (byte)(transparent >= 0 ? 1 : 0), 10, 0, (byte)Math.Max(0, transparent), 0]);
            file.AddRange([0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0]);
            file.AddRange([2, .. Block(Bits([4, frame[0], frame[1], 4, frame[2], frame[3], 5]))]);
        }

        return [.. file, 0x3B];

        static IEnumerable<byte> Block(byte[] data) => [(byte)data.Length, .. data, 0];
        static byte[] Bits(int[] codes)
        {
            int bits = codes.Index().Sum(pair => pair.Item << (3 * pair.Index));
            return [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)];
        }
    }

    /// <summary>
    /// A baseline JPEG of 8 × 8 with four components and Adobe's marker: one block each, with only its mean. Adobe
    /// stores inks inverted: 255 is no ink.
    /// </summary>
    public static byte[] CmykJpeg(byte cyan, byte magenta, byte yellow, byte black)
    {
        List<byte> file = [0xFF, 0xD8, 0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        file.AddRange([0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64)]);
        file.AddRange([0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]);
        file.AddRange([0xFF, 0xC4, 0, 28, 0x00, 0, 0, 0, 9, .. new byte[12], 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        file.AddRange([0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0]);
        file.AddRange([0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]);
        string bits = string.Concat(new[] { cyan, magenta, yellow, black }.Select(ink => Block(255 - ink - 128)));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        foreach (byte value in bits.Chunk(8).Select(chunk => Convert.ToByte(new string(chunk), 2)))
        {
            file.Add(value);
            if (value == 0xFF)
            {
                file.Add(0);
            }
        }

        return [.. file, 0xFF, 0xD9];

        // The number of bits (a 4-bit code), the value (negative ones less 1 in that many bits), end of block (code 0).
        static string Block(int mean)
        {
            int size = mean == 0 ? 0 : (int)Math.Log2(Math.Abs(mean)) + 1;
            int coded = mean < 0 ? mean + (1 << size) - 1 : mean;
            string value = size == 0 ? "" : Convert.ToString(coded, 2).PadLeft(size, '0');
            return Convert.ToString(size, 2).PadLeft(4, '0') + value + "0";
        }
    }

    /// <summary>A JPEG with an EXIF segment that gives the orientation (1 … 8).</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation) => WithExif(jpeg, Exif(orientation, big: true));

    /// <summary>A JPEG with an EXIF segment.</summary>
    public static byte[] WithExif(byte[] jpeg, byte[] tiff)
        => [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(8 + tiff.Length), .. "Exif\0\0"u8, .. tiff, .. jpeg.AsSpan(2)];

    /// <summary>Converts a simple WebP to an extended one, with an EXIF chunk after the image.</summary>
    /// <param name="webp">A file written by SkiaSharp.</param>
    /// <param name="width">Pixels per row, at most 256.</param>
    /// <param name="height">Rows, at most 256.</param>
    /// <param name="exif">The content of the chunk.</param>
    /// <param name="flagged">Whether the header announces the chunk.</param>
    public static byte[] WebPWithExif(byte[] webp, int width, int height, byte[] exif, bool flagged = true)
    {
        byte[] header = [(byte)(flagged ? 8 : 0), 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0];
        byte[] body = [.. "WEBP"u8, .. Chunk("VP8X"u8, header), .. webp[12..], .. Chunk("EXIF"u8, exif)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];

        static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
            => [.. name, .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length % 2]];
    }

    /// <summary>EXIF with the width of the image and the orientation, in either byte order.</summary>
    /// <param name="orientation">1 … 8, or an invalid value.</param>
    /// <param name="big">Whether the most significant byte comes first.</param>
    /// <param name="type">The TIFF type number: 1 BYTE, 3 SHORT, 4 LONG, and so on.</param>
    public static byte[] Exif(byte orientation, bool big, int type = 3)
    {
        int bytes = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, _ => 4 };
        byte[] width = [.. Of(0x0100, 2), .. Of(3, 2), .. Of(1, 4), .. Of(7, 2), 0, 0];
        byte[] turn =
        [
            .. Of(0x0112, 2), .. Of(type, 2), .. Of(1, 4), .. Of(orientation, bytes), .. new byte[4 - bytes],
        ];
        return [.. big ? "MM"u8 : "II"u8, .. Of(42, 2), .. Of(8, 4), .. Of(2, 2), .. width, .. turn, 0, 0, 0, 0];

        byte[] Of(int value, int bytes)
        {
            byte[] little = BitConverter.GetBytes(value)[..bytes];
            return big ? [.. little.Reverse()] : little;
        }
    }

    /// <summary>
    /// A 32-bit BMP with a Windows header of the given size: 40 (no alpha), 108 (V4) or 124 (V5), the last two with an
    /// alpha mask.
    /// </summary>
    /// <param name="headerBytes">40, 108 or 124.</param>
    /// <param name="bgra">The pixels, from the bottom row up, blue first.</param>
    /// <param name="width">Pixels per row.</param>
    public static byte[] Bmp32(int headerBytes, byte[] bgra, int width)
    {
        byte[] file = new byte[14 + headerBytes + bgra.Length];
        (file[0], file[1], file[10], file[14], file[26], file[28]) =
            ((byte)'B', (byte)'M', (byte)(14 + headerBytes), (byte)headerBytes, 1, 32);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), bgra.Length / 4 / width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(34), bgra.Length);
        if (headerBytes > 40)
        {
            file[30] = 3;   // BI_BITFIELDS: red, green, blue and alpha by masks.
            (file[56], file[59], file[62], file[69]) = (0xFF, 0xFF, 0xFF, 0xFF);
            "BGRs"u8.CopyTo(file.AsSpan(70));   // The color space, sRGB.
        }

        bgra.CopyTo(file, 14 + headerBytes);
        return file;
    }

    private static void WriteChunk(MemoryStream file, string name, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data];
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
