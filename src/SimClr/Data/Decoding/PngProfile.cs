using System.IO.Compression;

namespace SimClr.Data;

/// <summary>
/// Reads EXIF stored as text in a PNG, as ImageMagick and others write it: a chunk <c>tEXt</c>, or compressed
/// <c>zTXt</c>, with the keyword <c>Raw profile type exif</c>. The text is a line with the name of the profile, a line
/// with its length, and the bytes as hexadecimal digits.
/// </summary>
internal static class PngProfile
{
    private const int MaxText = 1 << 18;   // EXIF has at most 64 KB: two digits per byte, plus line feeds.

    private static ReadOnlySpan<byte> Keyword => "Raw profile type exif\0"u8;

    private static ReadOnlySpan<byte> KeywordOfSegment => "Raw profile type APP1\0"u8;

    /// <summary>Returns whether a chunk holds an EXIF profile.</summary>
    /// <param name="chunk">The name and data of the chunk.</param>
    public static bool IsExif(ReadOnlySpan<byte> chunk)
        => (chunk.StartsWith("zTXt"u8) || chunk.StartsWith("tEXt"u8))
            && (chunk[4..].StartsWith(Keyword) || chunk[4..].StartsWith(KeywordOfSegment));

    /// <summary>Reads the bytes of the profile from the first 256 KB of its text; empty if they are damaged.</summary>
    /// <inheritdoc cref="IsExif"/>
    public static byte[] Read(ReadOnlySpan<byte> chunk)
    {
        ReadOnlySpan<byte> content = chunk[(4 + Keyword.Length)..];
        ReadOnlySpan<byte> text = chunk[0] == 't' ? content[..Math.Min(content.Length, MaxText)] : Inflate(content);

        // The digits follow the third line feed: the first begins the text, the second ends the name, the third the
        // length.
        for (int line = 0; line < 3; line++)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                return [];
            }

            text = text[(end + 1)..];
        }

        var digits = new List<byte>(text.Length);
        foreach (byte symbol in text)
        {
            if (char.IsAsciiHexDigit((char)symbol))
            {
                digits.Add(symbol);
            }
        }

        return Convert.FromHexString(System.Text.Encoding.ASCII.GetString([.. digits.Take(digits.Count / 2 * 2)]));
    }

    /// <summary>Inflates a compressed text, up to 256 KB.</summary>
    /// <param name="packed">The compression method, 0, followed by a zlib stream.</param>
    private static byte[] Inflate(ReadOnlySpan<byte> packed)
    {
        byte[] text = new byte[MaxText];
        try
        {
            using var stream = new MemoryStream(packed.Length > 0 ? packed[1..].ToArray() : []);
            using var zlib = new ZLibStream(stream, CompressionMode.Decompress);
            return text[..zlib.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }
}
