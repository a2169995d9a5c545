using System.Buffers.Binary;

namespace SimClr.Data;

/// <summary>
/// Counts the scans of a JPEG. A decoder visits every block of the picture once per scan, even if the scan is nearly
/// empty, so a small file with hundreds of scans takes minutes.
/// </summary>
internal static class JpegScans
{
    private const byte StartOfFrame = 0xC0;
    private const byte FirstArithmeticFrame = 0xC9;
    private const byte LastFrame = 0xCF;
    private const byte StartOfScan = 0xDA;
    private const int MaxScans = 99;   // SkiaSharp itself stops at the hundredth scan, as browsers do.

    /// <summary>
    /// Rejects a JPEG whose decoding time would be out of all proportion to its size; other files pass.
    /// </summary>
    /// <exception cref="UnreadableImageException">The JPEG has more than 99 scans.</exception>
    public static void Check(ReadOnlySpan<byte> encoded, string path)
    {
        if (encoded is [0xFF, 0xD8, 0xFF, ..] && Count(encoded) is > MaxScans and int scans)
        {
            throw new UnreadableImageException(
                path,
                $"a JPEG with {scans} scans, expected at most {MaxScans} (a progressive one has about ten): "
                    + "it would take minutes to decode");
        }
    }

    /// <summary>
    /// Returns the number of scans that a decoder reads: 1 for a baseline file, about ten for a progressive one.
    /// </summary>
    /// <param name="jpeg">The whole file.</param>
    public static int Count(ReadOnlySpan<byte> jpeg)
    {
        (int scans, int? components, int at) = (0, -1, 2);
        while (NextMarker(jpeg, ref at) is { } marker)
        {
            if (IsFrame(marker))
            {
                // 0xC0 and 0xC1 are sequential: a scan with every component is the only one that is read.
                components = marker <= StartOfFrame + 1 ? ByteAt(jpeg, at + 7) : -1;
            }
            else if (marker == StartOfScan)
            {
                scans++;
                if (ByteAt(jpeg, at + 2) is { } held && held == components)
                {
                    return scans;
                }
            }

            at += SegmentBytes(jpeg, at);
        }

        return scans;
    }

    /// <summary>Returns whether a JPEG is arithmetic-coded, which takes less than a bit for a likely symbol.</summary>
    /// <param name="jpeg">The whole file.</param>
    public static bool IsArithmetic(ReadOnlySpan<byte> jpeg)
    {
        int at = 2;
        while (NextMarker(jpeg, ref at) is { } marker)
        {
            if (IsFrame(marker))
            {
                return marker >= FirstArithmeticFrame;
            }

            at += SegmentBytes(jpeg, at);
        }

        return false;
    }

    private static bool IsFrame(byte marker)
        => marker is >= StartOfFrame and <= LastFrame and not (0xC4 or 0xC8 or 0xCC);   // Tables; reserved.

    private static int SegmentBytes(ReadOnlySpan<byte> jpeg, int at)
        => Math.Max(2, at + 2 <= jpeg.Length ? BinaryPrimitives.ReadUInt16BigEndian(jpeg[at..]) : 2);

    /// <summary>
    /// Moves past the next marker that has a length and returns it; null at the end of the image or the file.
    /// </summary>
    private static byte? NextMarker(ReadOnlySpan<byte> jpeg, ref int at)
    {
        while (at < jpeg.Length)
        {
            int found = jpeg[at..].IndexOf((byte)0xFF);
            if (found < 0)
            {
                return null;
            }

            // Any number of 0xFF may precede a marker; 0xFF 0x00 is a byte of a scan.
            at += found + 1;
            switch (ByteAt(jpeg, at))
            {
                case 0xFF:
                    break;
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8):
                    at++;
                    break;
                case 0xD9:
                    return null;
                case int marker:
                    at++;
                    return (byte)marker;
                default:
                    return null;
            }
        }

        return null;
    }

    private static int? ByteAt(ReadOnlySpan<byte> bytes, int at) => at < bytes.Length ? bytes[at] : null;
}
