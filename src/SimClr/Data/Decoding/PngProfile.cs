using System.IO.Compression;

namespace SimClr.Data;

/// <summary>
/// EXIF as text in a PNG, which ImageMagick and others write: a chunk <c>tEXt</c>, or packed <c>zTXt</c>, with the keyword
/// <c>Raw profile type exif</c>; in it a line that names the profile, one with its length, and the bytes as hexadecimal digits.
/// </summary>
internal static class PngProfile
{
    private const int MaxText = 1 << 18;   // EXIF has 64 KB at most, as a segment of JPEG; two digits a byte, and line feeds.

    private static ReadOnlySpan<byte> Keyword => "Raw profile type exif\0"u8;

    private static ReadOnlySpan<byte> KeywordOfSegment => "Raw profile type APP1\0"u8;

    /// <summary>Whether a chunk holds one.</summary>
    /// <param name="chunk">Its name and data.</param>
    public static bool IsExif(ReadOnlySpan<byte> chunk)
        => (chunk.StartsWith("zTXt"u8) || chunk.StartsWith("tEXt"u8))
            && (chunk[4..].StartsWith(Keyword) || chunk[4..].StartsWith(KeywordOfSegment));

    /// <summary>Its bytes, as far as the first 256 KB of the text hold them; none where they are damaged.</summary>
    /// <inheritdoc cref="IsExif"/>
    public static byte[] Read(ReadOnlySpan<byte> chunk)
    {
        ReadOnlySpan<byte> content = chunk[(4 + Keyword.Length)..];
        ReadOnlySpan<byte> text = chunk[0] == 't' ? content[..Math.Min(content.Length, MaxText)] : Inflate(content);

        // The digits follow the third line feed: one begins the text, one ends the name, one the length.
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

    /// <param name="packed">The number of the method, 0, and a zlib stream.</param>
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
