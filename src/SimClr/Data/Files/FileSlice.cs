using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Reads from files, opening them for each read: with no open handles, a set of thousands of shards stays within the
/// system's limit and has nothing to close.
/// </summary>
internal static class FileSlice
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="UnreadableImageException">The file cannot be opened or read.</exception>
    public static byte[] ReadAll(string path) => TranslateErrors(path, () => RegularFile.ReadAllBytes(path));

    /// <summary>Reads <paramref name="length"/> bytes from <paramref name="offset"/>.</summary>
    /// <exception cref="UnreadableImageException">The file cannot be opened or read, or ends too early.</exception>
    public static byte[] Read(string file, long offset, int length, string path) => TranslateErrors(path, () =>
    {
        RegularFile.Require(file);
        using var handle = File.OpenHandle(file, options: FileOptions.RandomAccess);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        int filled = 0;
        while (filled < length)
        {
            int read = RandomAccess.Read(handle, bytes.AsSpan(filled), offset + filled);
            filled += read > 0 ? read : throw new EndOfStreamException(
                $"{file} ends at {offset + filled} bytes, expected {offset + length}");
        }

        return bytes;
    });

    private static byte[] TranslateErrors(string path, Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableImageException(path, ReasonFor(error, path), error);
        }
    }

    // .NET replaces the invalid bytes of a name that is not UTF-8, so the path that it passes back does not exist.
    private static string ReasonFor(Exception error, string path) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException when path.Contains('\uFFFD')
            => "its name is not UTF-8; rename it",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        _ => error.Message,
    };
}
