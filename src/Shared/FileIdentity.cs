using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The identity of a file across its paths: symbolic links are resolved, and on Linux hard links are recognized too,
/// which only the system can tell from copies.
/// </summary>
[SharedSource]
internal static class FileIdentity
{
    /// <summary>Returns a text that is the same for all paths of a file and differs between files.</summary>
    /// <param name="path">The path of an existing file.</param>
    public static string Get(string path)
        => FileStatus.Get(path)?.Identity is { } number ? $"{number.Device}:{number.Number}" : RealOf(path);

    /// <summary>Returns whether a path leads to its file without any symbolic link.</summary>
    public static bool IsOwnPath(string path) => RealOf(path) == Path.GetFullPath(path);

    private static string RealOf(string path)
    {
        try
        {
            return RealPath.Resolve(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }
}
