using System.Buffers.Binary;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>Finds in a JPEG file how its picture is to be turned (EXIF 2.3, tag 0x0112 of the first directory).</summary>
internal static class ExifOrientation
{
    private const int StartOfScan = 0xDA;
    private const int App1 = 0xE1;
    private const int OrientationTag = 0x0112;
    private const int Short = 3;

    /// <summary>The orientation; upright where the file does not say, or says nothing sensible.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> jpeg)
    {
        int at = 2;
        while (at + 4 <= jpeg.Length && jpeg[at] == 0xFF)
        {
            int marker = jpeg[at + 1];
            if (marker == 0xFF)
            {
                at++;   // Fill bytes may stand before a marker.
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (marker == StartOfScan || length < 2 || at + 2 + length > jpeg.Length)
            {
                break;
            }

            ReadOnlySpan<byte> segment = jpeg.Slice(at + 4, length - 2);
            if (marker == App1 && segment.StartsWith("Exif\0"u8) && segment.Length > 6)
            {
                return InTiff(segment[6..]);
            }

            at += 2 + length;
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static SKEncodedOrigin InTiff(ReadOnlySpan<byte> tiff)
    {
        bool big = tiff.StartsWith("MM"u8);
        if (tiff.Length < 8 || (!big && !tiff.StartsWith("II"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        uint directory = ReadLong(tiff[4..], big);
        if (directory + 2L > tiff.Length)
        {
            return SKEncodedOrigin.TopLeft;
        }

        int entries = ReadShort(tiff[(int)directory..], big);
        for (int i = 0; i < entries && directory + 2 + (12L * (i + 1)) <= tiff.Length; i++)
        {
            ReadOnlySpan<byte> entry = tiff.Slice((int)directory + 2 + (12 * i), 12);
            int value = ReadShort(entry[8..], big);
            if (ReadShort(entry, big) == OrientationTag && ReadShort(entry[2..], big) == Short
                && ReadLong(entry[4..], big) == 1 && value is >= 1 and <= 8)
            {
                return (SKEncodedOrigin)value;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static int ReadShort(ReadOnlySpan<byte> bytes, bool big)
        => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint ReadLong(ReadOnlySpan<byte> bytes, bool big)
        => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
