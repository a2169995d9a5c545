using System.Security.Cryptography;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Duplicates;

/// <summary>What makes one copy of an image worth more than another: its file's pixels, then its bytes.</summary>
/// <param name="Width">Pixels, 0 where they are not known.</param>
/// <param name="Height">Pixels, 0 where they are not known.</param>
/// <param name="Bytes">Of the file.</param>
public sealed record ImageFacts(int Width, int Height, long Bytes)
{
    /// <summary>The number of pixels: width · height.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>Reads them from the file's header.</summary>
    /// <param name="file">The image.</param>
    /// <param name="size">Its size, where that is known.</param>
    /// <returns>Null where there is no such file.</returns>
    public static ImageFacts? Read(string file, (int Width, int Height)? size = null)
    {
        try
        {
            long bytes = FileSize.Get(file);
            if (size is { } pixels)
            {
                return new ImageFacts(pixels.Width, pixels.Height, bytes);
            }

            (int width, int height) = ImageDecoder.SizeOf(RegularFile.ReadAllBytes(file)) ?? (0, 0);
            return new ImageFacts(width, height, bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The rows, most worth keeping first: most pixels, then most bytes, then the order they have; unknown ones last.</summary>
    public static int[] Order(IReadOnlyList<ImageFacts?> facts) =>
    [
        .. Enumerable.Range(0, facts.Count)
            .OrderByDescending(row => facts[row]?.Pixels ?? -1)
            .ThenByDescending(row => facts[row]?.Bytes ?? -1),
    ];

    /// <summary>Whether two files hold the same bytes. A file that cannot be read is like no other.</summary>
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
