namespace SimClr.Data;

/// <summary>Recognizes compressed files, which are not plain tar files.</summary>
internal static class TarCompression
{
    private static readonly (string Kind, string Tool, byte[] Start, string[] Extensions)[] Known =
    [
        ("gzip", "gunzip", [0x1f, 0x8b], [".gz", ".tgz"]),
        ("xz", "unxz", [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], [".xz", ".txz"]),
        ("bzip2", "bunzip2", [(byte)'B', (byte)'Z', (byte)'h'], [".bz2", ".tbz", ".tbz2"]),
        ("zstd", "unzstd", [0x28, 0xb5, 0x2f, 0xfd], [".zst", ".tzst"]),
        ("lz4", "unlz4", [0x04, 0x22, 0x4d, 0x18], [".lz4"]),
        ("lzip", "lzip -d", [(byte)'L', (byte)'Z', (byte)'I', (byte)'P', 1], [".lz", ".tlz"]),
        ("lzma", "unlzma", [0x5d, 0, 0], [".lzma"]),
        ("brotli", "brotli -d", [], [".br"]),
        ("compress", "uncompress", [0x1f, 0x9d], [".z", ".taz"]),
        ("zip", "unzip", [(byte)'P', (byte)'K', 3, 4], [".zip"]),
        ("7z", "7z x", [(byte)'7', (byte)'z', 0xbc, 0xaf], [".7z"]),
    ];

    /// <summary>
    /// Returns the compression of a file and the tool that unpacks it, by the file's first bytes or else its extension;
    /// null for an uncompressed file.
    /// </summary>
    /// <param name="start">The first 512 bytes of the file.</param>
    /// <param name="path">The name of the file.</param>
    public static (string Kind, string Tool)? Detect(ReadOnlySpan<byte> start, string path)
    {
        if (start.Length > 262 && start[257..].StartsWith("ustar"u8))
        {
            return null;   // The name of its first member may begin with a magic number.
        }

        foreach ((string kind, string tool, byte[] magic, _) in Known)
        {
            if (magic.Length > 0 && start.StartsWith(magic))
            {
                return (kind, tool);
            }
        }

        string extension = Path.GetExtension(path);
        foreach ((string kind, string tool, _, string[] extensions) in Known)
        {
            if (extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                return (kind, tool);
            }
        }

        return null;
    }
}
