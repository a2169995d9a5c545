using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace SimClr.Data;

/// <summary>
/// Checks whether a file can hold the pixels that its header claims, before memory is allocated for them: each format
/// has a maximum number of pixels per byte. The check applies only if the pixels would take far more memory than the
/// file. A file that does hold that many, such as a large blank page, is decoded within
/// <see cref="DataOptions.DecodeLimitMegapixels"/>. Formats in which a few bytes can stand for any number of pixels
/// also pass: a frame of a GIF or animated WebP may be smaller than the picture, the runs of a BMP may end early, and
/// an arithmetic-coded JPEG needs next to nothing for a blank block.
/// </summary>
internal static class DecompressionBomb
{
    private const long FreeBytes = 256L << 20;
    private const int FreeTimes = 10;
    private const int BytesPerPixel = 7;   // RGBA during decoding, and RGB.
    private const int Deflate = 1032;   // RFC 1951: 258 bytes from a length and a distance of one bit each.

    // Huffman coding takes at least one bit per block of 64. If no component is sampled in full both ways (4×1 and
    // 1×4), there are half as many blocks as fill the picture.
    private const int JpegPixels = 1024;
    private const int WebPPixels = 1024;   // Lossy: the modes of a block of 256 take at least 3.4 bits (RFC 6386).
    private const int WebPFlagsAt = 20;   // The flags of VP8X, the chunk of an extended file.
    private const int WebPIsAnimated = 2;

    /// <summary>Rejects a small file whose header claims a larger picture than the file can hold.</summary>
    /// <exception cref="UnreadableImageException">The header claims more pixels than the file can hold.</exception>
    public static void Check(ReadOnlySpan<byte> encoded, int width, int height, string path)
    {
        long pixels = (long)width * height;
        if (pixels * BytesPerPixel > FreeBytes + ((long)FreeTimes * encoded.Length) && !CanHold(encoded, pixels))
        {
            throw new UnreadableImageException(path, string.Create(
                CultureInfo.InvariantCulture,
                $"its header claims {width} × {height} pixels, more than a file of {encoded.Length} bytes can "
                    + $"hold: it is cut off or broken"));
        }
    }

    private static bool CanHold(ReadOnlySpan<byte> file, long pixels) => file switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] when file.Length > 33 => PngCanHold(file, pixels),
        [0xFF, 0xD8, ..] => JpegScans.IsArithmetic(file) || pixels <= (long)JpegPixels * file.Length,
        [(byte)'B', (byte)'M', ..] when file.Length > 34 => BmpCanHold(file, pixels),
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] when file.Length > WebPFlagsAt => WebPCanHold(file, pixels),
        _ => true,
    };

    // Lossless WebP takes no bits per pixel if all pixels have the same color.
    private static bool WebPCanHold(ReadOnlySpan<byte> file, long pixels)
        => (file[12..].StartsWith("VP8X"u8) && (file[WebPFlagsAt] & WebPIsAnimated) != 0)
            || file.IndexOf("VP8L"u8) >= 0
            || pixels <= (long)WebPPixels * file.Length;

    private static bool BmpCanHold(ReadOnlySpan<byte> file, long pixels)
    {
        bool isOld = BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) == 12;
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(isOld ? 24 : 28)..]);
        bool hasRuns = !isOld && BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) is 1 or 2;
        return hasRuns || pixels * bits / 8 <= file.Length;
    }

    private static bool PngCanHold(ReadOnlySpan<byte> file, long pixels)
    {
        int samples = file[25] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };   // By color type.
        long needed = pixels * samples * file[24] / 8;
        return needed <= (long)Deflate * file.Length && needed <= InflatedBytes(file, needed);
    }

    /// <summary>
    /// Returns the number of inflated bytes in a PNG's data, counting no further than <paramref name="wanted"/>.
    /// </summary>
    private static long InflatedBytes(ReadOnlySpan<byte> file, long wanted)
    {
        using var packed = new MemoryStream(file.Length);
        ReadOnlySpan<byte> rest = file[8..];
        while (rest.Length >= 12)
        {
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(rest), (uint)rest.Length - 12);
            if (rest[4..].StartsWith("IDAT"u8))
            {
                packed.Write(rest.Slice(8, length));
            }

            rest = rest[(12 + length)..];
        }

        packed.Position = 0;
        long inflated = 0;
        byte[] buffer = new byte[1 << 16];
        try
        {
            using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
            for (int read; inflated < wanted && (read = zlib.Read(buffer)) > 0; inflated += read)
            {
            }
        }
        catch (InvalidDataException)
        {
            // The bytes before the damage are all there is.
        }

        return inflated;
    }
}
