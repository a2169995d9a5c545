using System.Buffers.Binary;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The header of a packed file, 64 bytes, little-endian: magic number (8 bytes), version (4), padding (4), offset of
/// the index (8), length of the index (8) and SHA-256 of the index (32). Pixels follow, image by image without gaps;
/// the index is at the end of the file.
/// </summary>
internal readonly record struct PackHeader(long IndexOffset, long IndexLength, byte[] IndexHash)
{
    public const int Length = 64;
    private const int Version = 1;

    // Like that of PNG, it has a byte beyond ASCII and both line endings, to detect a transfer in text mode.
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'S', (byte)'C', (byte)'L', (byte)'R', 13, 10, 26];

    public static PackHeader Create(long indexOffset, byte[] index)
        => new(indexOffset, index.Length, SHA256.HashData(index));

    /// <summary>Returns whether a file begins like a packed file; false if it cannot be read.</summary>
    public static bool IsAtStartOf(string path)
    {
        try
        {
            if (FileSize.Get(path) < Length)
            {
                return false;
            }

            RegularFile.Require(path);
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[Magic.Length];
            return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && start.SequenceEqual(Magic);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), IndexOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), IndexLength);
        IndexHash.CopyTo(bytes, 32);
        return bytes;
    }

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="FormatException">
    /// The header is not that of a packed file, or does not match the length of the file.
    /// </exception>
    public static PackHeader Parse(ReadOnlySpan<byte> bytes, long fileLength)
    {
        if (bytes.Length < Length || !bytes.StartsWith(Magic))
        {
            throw new FormatException("this is not a packed file");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new FormatException(
                $"got version {version} of the format, expected {Version}; it was packed by another version of simclr");
        }

        var header = new PackHeader(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            bytes[32..Length].ToArray());
        bool possible = header.IndexOffset >= Length && header.IndexLength is >= 0 and <= int.MaxValue
            && header.IndexOffset <= long.MaxValue - header.IndexLength;
        return !possible ? throw new FormatException("its header is damaged")
            : header.IndexOffset + header.IndexLength == fileLength ? header
            : throw new FormatException(
                $"got {fileLength} bytes, expected {header.IndexOffset + header.IndexLength}: it was probably "
                    + "cut off when it was copied");
    }
}
