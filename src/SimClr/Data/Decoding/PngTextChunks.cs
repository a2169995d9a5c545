using System.Buffers.Binary;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Removes the text chunks of a PNG (<c>tEXt</c>, <c>zTXt</c>, <c>iTXt</c>) before decoding. They do not affect the
/// pixels, but libpng unpacks and keeps every one: hundreds of chunks of a few megabytes each turn a small file into
/// gigabytes.
/// </summary>
internal static unsafe class PngTextChunks
{
    private const int SignatureBytes = 8;
    private const int FrameBytes = 12;   // Length, name and checksum around the data of a chunk.

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Returns a copy of a file for SkiaSharp; a PNG is copied without its texts.</summary>
    public static SKData Strip(ReadOnlySpan<byte> encoded)
    {
        int texts = encoded.StartsWith(Signature) ? Copy(encoded, []) : 0;
        if (texts == 0)
        {
            return SKData.CreateCopy(encoded);
        }

        SKData copy = SKData.Create(encoded.Length - texts);
        _ = Copy(encoded, new Span<byte>((void*)copy.Data, encoded.Length - texts));
        return copy;
    }

    /// <summary>Copies everything but the texts, unless the target is empty.</summary>
    /// <returns>The total size of the text chunks in bytes.</returns>
    private static int Copy(ReadOnlySpan<byte> png, Span<byte> target)
    {
        (int from, int at, int texts) = (0, SignatureBytes, 0);
        while (ChunkBytes(png[at..]) is > 0 and var length)
        {
            if (IsText(png.Slice(at + 4, 4)))
            {
                Append(png[from..at], texts, from, target);
                texts += length;
                from = at + length;
            }

            at += length;
        }

        Append(png[from..], texts, from, target);
        return texts;
    }

    private static void Append(ReadOnlySpan<byte> part, int texts, int from, Span<byte> target)
    {
        if (!target.IsEmpty)
        {
            part.CopyTo(target[(from - texts)..]);
        }
    }

    /// <summary>
    /// Returns the length of the chunk at the start, including its frame; 0 if there is no complete chunk.
    /// </summary>
    private static int ChunkBytes(ReadOnlySpan<byte> rest)
    {
        uint data = rest.Length >= FrameBytes ? BinaryPrimitives.ReadUInt32BigEndian(rest) : uint.MaxValue;
        return data <= rest.Length - FrameBytes ? FrameBytes + (int)data : 0;
    }

    private static bool IsText(ReadOnlySpan<byte> name)
        => name.SequenceEqual("tEXt"u8) || name.SequenceEqual("zTXt"u8) || name.SequenceEqual("iTXt"u8);
}
