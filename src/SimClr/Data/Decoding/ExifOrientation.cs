using System.Buffers.Binary;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Reads the orientation of a JPEG, PNG or WebP file (EXIF 2.3, tag 0x0112 of the first directory). The standard stores
/// it as SHORT; some cameras write another integer type, which readers accept as well.
/// </summary>
internal static class ExifOrientation
{
    private const int StartOfScan = 0xDA;
    private const int App1 = 0xE1;
    private const int OrientationTag = 0x0112;
    private const int EntryBytes = 12;
    private const int WebPHasExif = 8;   // A flag of VP8X.

    /// <summary>
    /// Returns the orientation; upright if the file has none, has an invalid one, or is in a different format.
    /// </summary>
    /// <param name="encoded">The whole file.</param>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> exif = encoded switch
        {
            [0xFF, 0xD8, ..] => InJpeg(encoded),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. var chunks] => InPng(chunks),
            _ when encoded.Length > 12 && encoded.StartsWith("RIFF"u8) && encoded[8..].StartsWith("WEBP"u8)
                => InWebP(encoded[12..]),
            _ => [],
        };

        // The name of JPEG's segment does not belong in PNG and WebP, but some programs write it.
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
                at++;   // Fill bytes may precede a marker.
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
    /// Returns the chunk <c>eXIf</c> (PNG, third edition), or the text in which ImageMagick stored EXIF before that
    /// chunk existed. A chunk consists of the length of its data, name, data and checksum. Only the first text is
    /// unpacked: a file may hold thousands.
    /// </summary>
    private static ReadOnlySpan<byte> InPng(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> profile = [];
        bool hasProfile = false;
        while (rest.Length >= 12
            && BinaryPrimitives.ReadUInt32BigEndian(rest) is var length
            && length <= rest.Length - 12)
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
    /// Returns the chunk <c>EXIF</c> of an extended WebP whose header announces one. A chunk consists of a name, a
    /// length and data padded to an even length.
    /// </summary>
    private static ReadOnlySpan<byte> InWebP(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("VP8X"u8) || rest.Length < 9 || (rest[8] & WebPHasExif) == 0)
        {
            return [];
        }

        while (rest.Length >= 8
            && BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var length
            && length <= rest.Length - 8)
        {
            if (rest.StartsWith("EXIF"u8))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[Math.Min(rest.Length, 8 + (int)length + (int)(length % 2))..];
        }

        return [];
    }

    /// <summary>
    /// Reads the first directory of a TIFF 6.0 structure: byte order, 42 and the offset of the directory; there the
    /// number of entries and the entries.
    /// </summary>
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
            if (ReadShort(rest, big) == OrientationTag
                && ReadLong(rest[4..], big) == 1
                && Value(rest, big) is >= 1 and <= 8 and var value)
            {
                return (SKEncodedOrigin)value;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    /// <summary>
    /// Returns the integer at the start of an entry's last four bytes, unsigned; 0 for any other type.
    /// </summary>
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
