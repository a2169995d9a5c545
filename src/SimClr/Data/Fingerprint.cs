using System.Security.Cryptography;
using System.Text;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The first 16 hex digits of a SHA-256 over what tells a set apart.</summary>
internal static class Fingerprint
{
    private const int Probes = 64;

    public static string Compute(IEnumerable<string> parts) => Compute(parts, []);

    /// <summary>Texts, then bytes.</summary>
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
    /// Of a set in large files: what tells it apart, names (without folders) and sizes of the files, and the bytes of up
    /// to 64 evenly spread images. The sizes alone are equal for many sets, and reading all of them may take minutes.
    /// </summary>
    /// <param name="what">Kind, labels and the like.</param>
    /// <param name="files">The files.</param>
    /// <param name="count">Images in the set.</param>
    /// <param name="read">The bytes of an image as they are stored.</param>
    public static string ComputeForFiles(IEnumerable<string> what, IEnumerable<string> files, int count, Func<int, byte[]> read)
    {
        int probes = Math.Min(Probes, count);
        return Compute(
            [.. what, .. files.Select(file => $"{Path.GetFileName(file)} {FileSize.Get(file)}")],
            Enumerable.Range(0, probes).Select(i => ReadOrNothing((int)((long)i * count / probes), read)));
    }

    // What cannot be read now is skipped and listed when it is read in earnest.
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
