using System.Security.Cryptography;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Duplicates;

/// <summary>The facts that rank copies of an image: the number of pixels, then the size of the file.</summary>
/// <param name="Width">The width in pixels, 0 if unknown.</param>
/// <param name="Height">The height in pixels, 0 if unknown.</param>
/// <param name="Bytes">The size of the file in bytes.</param>
public sealed record ImageFacts(int Width, int Height, long Bytes)
{
    /// <summary>The number of pixels: width · height.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>Reads the facts from the file's header.</summary>
    /// <param name="file">The path of the image.</param>
    /// <param name="size">The width and height in pixels, if known.</param>
    /// <returns>The facts; null if the file does not exist or is unreadable.</returns>
    public static ImageFacts? Read(string file, (int Width, int Height)? size = null)
    {
        try
        {
            long bytes = FileSize.Get(file);
            if (size is { } pixels)
            {
                return new ImageFacts(pixels.Width, pixels.Height, bytes);
            }

            (int width, int height) = ImageDecoder.SizeOf(RegularFile.ReadAllBytes(file), file) ?? (0, 0);
            return new ImageFacts(width, height, bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Orders the rows by descending value: most pixels, then most bytes, then row order; unknown ones last.
    /// </summary>
    public static int[] Order(IReadOnlyList<ImageFacts?> facts) =>
    [
        .. Enumerable.Range(0, facts.Count)
            .OrderByDescending(row => facts[row]?.Pixels ?? -1)
            .ThenByDescending(row => facts[row]?.Bytes ?? -1),
    ];

    /// <summary>Returns whether two files hold the same bytes. An unreadable file equals no other.</summary>
    public static bool Identical(string one, string other)
    {
        try
        {
            using FileStream a = RegularFile.OpenRead(one);
            using FileStream b = RegularFile.OpenRead(other);
            return a.Length == b.Length && SHA256.HashData(a).AsSpan().SequenceEqual(SHA256.HashData(b));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
