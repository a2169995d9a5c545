using System.Security.Cryptography;
using System.Text;

namespace SimClr.Data;

/// <summary>The first 16 hex digits of a SHA-256 over a list of texts.</summary>
internal static class Fingerprint
{
    public static string Of(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>
    /// Names (without folders) and sizes of the files that make up a set, after what else tells it apart.
    /// </summary>
    public static string OfFiles(string what, IEnumerable<string> files)
        => Of([what, .. files.Select(file => $"{Path.GetFileName(file)} {new FileInfo(file).Length}")]);
}
