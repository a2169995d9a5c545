using System.Buffers.Binary;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Draws on white and encodes as PNG. A text entry in each picture names the program.</summary>
internal static class Png
{
    // The signature and the IHDR chunk with its length, name and checksum.
    private const int BeforeMark = 8 + 25;

    private static readonly byte[] Mark = Chunk([.. "tEXt"u8, .. "Software\0simclr"u8]);

    /// <summary>The number of bytes at the start of a picture that <see cref="IsMarked"/> needs.</summary>
    public static int MarkedLength => BeforeMark + Mark.Length;

    public static byte[] Draw(int width, int height, Action<SKCanvas> draw)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKSurface surface = SKSurface.Create(info)
            ?? throw new ConfigurationException(
                $"a picture of {width} × {height} pixels does not fit in memory; show fewer images");
        surface.Canvas.Clear(Ink.Paper);
        draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        ReadOnlySpan<byte> png = data.AsSpan();
        return [.. png[..BeforeMark], .. Mark, .. png[BeforeMark..]];
    }

    /// <summary>Whether a file that begins with these bytes was drawn by this class.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> start)
        => start.Length >= MarkedLength && start[BeforeMark..].StartsWith(Mark);

    /// <summary>Returns the width and height from the header of a file.</summary>
    public static (int Width, int Height) SizeOf(byte[] png)
    {
        using var data = SKData.CreateCopy(png);
        using SKCodec codec = SKCodec.Create(data) ?? throw new ArgumentException("expected a PNG", nameof(png));
        return (codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Returns a chunk: length, name and content, checksum.</summary>
    private static byte[] Chunk(byte[] content)
    {
        byte[] chunk = [0, 0, 0, 0, .. content, 0, 0, 0, 0];
        var checksum = new Crc32();
        checksum.Append(content);
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), checksum.Value);
        return chunk;
    }
}
