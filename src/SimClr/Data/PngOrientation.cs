using System.Buffers.Binary;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// The EXIF orientation of a PNG (chunk <c>eXIf</c> of the PNG specification, third edition), which SkiaSharp does not
/// report.
/// </summary>
internal static class PngOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const int EntryBytes = 12;

    /// <summary>The orientation that the file states; null if it states none or is no PNG.</summary>
    /// <param name="encoded">The whole file.</param>
    public static SKEncodedOrigin? Of(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        if (!encoded.StartsWith(signature))
        {
            return null;
        }

        // Each chunk: length of the data, name, data, checksum.
        for (ReadOnlySpan<byte> rest = encoded[signature.Length..]; rest.Length >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                return null;
            }

            if (rest.Slice(4, 4).SequenceEqual("eXIf"u8))
            {
                return OfTiff(rest.Slice(8, (int)length));
            }

            rest = rest[(12 + (int)length)..];
        }

        return null;
    }

    /// <summary>TIFF 6.0: byte order, 42, place of the first directory; there the number of entries, and the entries.</summary>
    private static SKEncodedOrigin? OfTiff(ReadOnlySpan<byte> tiff)
    {
        bool big = tiff.StartsWith("MM\0*"u8);
        if (tiff.Length < 8 || (!big && !tiff.StartsWith("II*\0"u8)))
        {
            return null;
        }

        uint directory = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Short(entries, big);
        for (entries = entries[2..]; count > 0 && entries.Length >= EntryBytes; count--, entries = entries[EntryBytes..])
        {
            if (Short(entries, big) == OrientationTag && Short(entries[2..], big) == ShortType)
            {
                ushort value = Short(entries[8..], big);
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : null;
            }
        }

        return null;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool big)
        => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
