using System.Buffers.Binary;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// The orientation of a JPEG, PNG or WebP file (EXIF 2.3, tag 0x0112 of the first directory). The standard stores it as SHORT;
/// some cameras write another type of integer, which readers accept as well.
/// </summary>
internal static class ExifOrientation
{
    private const int StartOfScan = 0xDA;
    private const int App1 = 0xE1;
    private const int OrientationTag = 0x0112;
    private const int EntryBytes = 12;
    private const int WebPHasExif = 8;   // among the flags of VP8X

    /// <summary>The orientation; upright where the file does not say, says nothing sensible, or is of another format.</summary>
    /// <param name="encoded">The whole file.</param>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> exif = encoded switch
        {
            [0xFF, 0xD8, ..] => InJpeg(encoded),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. var chunks] => InPng(chunks),
            _ when encoded.Length > 12 && encoded.StartsWith("RIFF"u8) && encoded[8..].StartsWith("WEBP"u8) => InWebP(encoded[12..]),
            _ => [],
        };

        // In PNG and WebP the name of JPEG's segment does not belong there, but is written at times.
        while (exif.StartsWith("Exif\0"u8) && exif.Length > 6)
        {
            exif = exif[6..];
        }

        return InTiff(exif);
    }

    private static ReadOnlySpan<byte> InJpeg(ReadOnlySpan<byte> jpeg)
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
                return segment;
            }

            at += 2 + length;
        }

        return [];
    }

    /// <summary>
    /// Chunk <c>eXIf</c> (PNG, third edition), or the text in which ImageMagick kept EXIF before there was one. Each chunk: length
    /// of the data, name, data, checksum. Of the texts only the first is unpacked: a file may hold thousands.
    /// </summary>
    private static ReadOnlySpan<byte> InPng(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> profile = [];
        bool hasProfile = false;
        while (rest.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length <= rest.Length - 12)
        {
            if (rest.Slice(4, 4).SequenceEqual("eXIf"u8))
            {
                return rest.Slice(8, (int)length);
            }

            if (!hasProfile && PngProfile.IsExif(rest.Slice(4, 4 + (int)length)))
            {
                hasProfile = true;
                profile = PngProfile.Read(rest.Slice(4, 4 + (int)length));
            }

            rest = rest[(12 + (int)length)..];
        }

        return profile;
    }

    /// <summary>
    /// Chunk <c>EXIF</c> of an extended WebP whose header says that there is one. Each chunk: name, length, data, padded to even.
    /// </summary>
    private static ReadOnlySpan<byte> InWebP(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("VP8X"u8) || rest.Length < 9 || (rest[8] & WebPHasExif) == 0)
        {
            return [];
        }

        while (rest.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var length && length <= rest.Length - 8)
        {
            if (rest.StartsWith("EXIF"u8))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[Math.Min(rest.Length, 8 + (int)length + (int)(length % 2))..];
        }

        return [];
    }

    /// <summary>TIFF 6.0: byte order, 42, place of the first directory; there the number of entries, and the entries.</summary>
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
        ReadOnlySpan<byte> rest = tiff[((int)directory + 2)..];
        for (; entries > 0 && rest.Length >= EntryBytes; entries--, rest = rest[EntryBytes..])
        {
            if (ReadShort(rest, big) == OrientationTag && ReadLong(rest[4..], big) == 1 && Value(rest, big) is >= 1 and <= 8 and var value)
            {
                return (SKEncodedOrigin)value;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    /// <summary>The integer in an entry, first of its last four bytes; 0 for another type. Orientations need no sign.</summary>
    private static uint Value(ReadOnlySpan<byte> entry, bool big) => ReadShort(entry[2..], big) switch
    {
        1 or 6 => entry[8],   // BYTE, SBYTE
        3 or 8 => (uint)ReadShort(entry[8..], big),   // SHORT, SSHORT
        4 or 9 => ReadLong(entry[8..], big),   // LONG, SLONG
        _ => 0,
    };

    private static int ReadShort(ReadOnlySpan<byte> bytes, bool big)
        => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint ReadLong(ReadOnlySpan<byte> bytes, bool big)
        => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
