using System.Security.Cryptography;
using System.Text;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The fingerprint of a data set: the first 16 hex digits of a SHA-256 over whatever identifies the set.
/// </summary>
internal static class Fingerprint
{
    private const int Probes = 64;

    public static string Compute(IEnumerable<string> parts) => Compute(parts, []);

    /// <summary>Hashes the texts, then the bytes.</summary>
    public static string Compute(IEnumerable<string> parts, IEnumerable<byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData("\n"u8);
        }

        foreach (byte[] content in contents)
        {
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>
    /// Computes the fingerprint of a data set in large files from a description, the names (without folders) and sizes
    /// of the files, and the bytes of up to 64 evenly spaced images. Sizes alone are the same for many sets, and
    /// reading every byte may take minutes.
    /// </summary>
    /// <param name="what">The description: kind, labels and the like.</param>
    /// <param name="files">The files.</param>
    /// <param name="count">The number of images in the set.</param>
    /// <param name="read">The function that reads the stored bytes of an image.</param>
    public static string ComputeForFiles(
        IEnumerable<string> what, IEnumerable<string> files, int count, Func<int, byte[]> read)
    {
        int probes = Math.Min(Probes, count);
        return Compute(
            [.. what, .. files.Select(file => $"{Path.GetFileName(file)} {FileSize.Get(file)}")],
            Enumerable.Range(0, probes).Select(i => ReadOrNothing((int)((long)i * count / probes), read)));
    }

    // The loader skips and reports unreadable images; the fingerprint only needs to be stable.
    private static byte[] ReadOrNothing(int index, Func<int, byte[]> read)
    {
        try
        {
            return read(index);
        }
        catch (UnreadableImageException)
        {
            return [];
        }
    }
}
