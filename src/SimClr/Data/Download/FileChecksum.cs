using System.Security.Cryptography;

namespace SimClr.Data;

/// <summary>
/// A checksum of a file, or its first digits: file names of published weights carry the first eight of a SHA-256.
/// </summary>
public sealed record FileChecksum
{
    private const int BufferBytes = 1 << 20;

    private FileChecksum(string algorithm, string digits, int length)
    {
        ArgumentNullException.ThrowIfNull(digits);
        Algorithm = algorithm;
        Digits = digits.Length >= 8 && digits.Length <= length && digits.All(char.IsAsciiHexDigitLower)
            ? digits
            : throw new ArgumentException(
                $"got '{digits}', expected 8 to {length} lower-case hexadecimal digits", nameof(digits));
        IsComplete = digits.Length == length;
    }

    /// <summary><c>MD5</c> or <c>SHA-256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>All digits, or the first ones, in lower-case hexadecimal.</summary>
    public string Digits { get; }

    /// <summary>Whether these are all digits.</summary>
    public bool IsComplete { get; }

    /// <summary>The file that has this checksum, for messages.</summary>
    internal string Of { get; init; } = "the published file";

    /// <summary>An MD5 checksum, or its first 8 or more digits.</summary>
    /// <exception cref="ArgumentException">The digits are not lower-case hexadecimal, or too few or many.</exception>
    public static FileChecksum Md5(string digits) => new("MD5", digits, 2 * MD5.HashSizeInBytes);

    /// <summary>A SHA-256 checksum, or its first 8 or more digits.</summary>
    /// <inheritdoc cref="Md5" path="/exception"/>
    public static FileChecksum Sha256(string digits) => new("SHA-256", digits, 2 * SHA256.HashSizeInBytes);

    /// <summary>Returns the complete checksum of a file by the same algorithm.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<string> ComputeAsync(string path, CancellationToken cancel = default)
    {
        if (Algorithm != "MD5")
        {
            return await ComputeSha256Async(path, cancel).ConfigureAwait(false);
        }

        using FileStream stream = Open(path);
        return Convert.ToHexStringLower(await HashMd5Async(stream, cancel).ConfigureAwait(false));
    }

    /// <summary>Returns the SHA-256 of a file.</summary>
    /// <inheritdoc cref="ComputeAsync" path="/exception"/>
    public static async Task<string> ComputeSha256Async(string path, CancellationToken cancel = default)
    {
        using FileStream stream = Open(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel).ConfigureAwait(false));
    }

    /// <summary>Whether a complete checksum is this one, or begins with these digits.</summary>
    public bool Matches(string sum) => sum is not null && sum.StartsWith(Digits, StringComparison.Ordinal);

    /// <summary>The digits; those that are not known are three dots.</summary>
    public override string ToString() => IsComplete ? Digits : Digits + "...";

    private static FileStream Open(string path)
        => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);

#pragma warning disable CA5351 // MD5 where it is the published checksum; it guards against damage.
    private static async Task<byte[]> HashMd5Async(Stream stream, CancellationToken cancel)
        => await MD5.HashDataAsync(stream, cancel).ConfigureAwait(false);
#pragma warning restore CA5351
}
