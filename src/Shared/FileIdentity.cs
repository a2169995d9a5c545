using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Tells whether two paths lead to one file: through symbolic links, and on Linux through hard links too, which only the
/// system can tell from copies.
/// </summary>
[SharedSource]
internal static class FileIdentity
{
    /// <summary>The same text for all paths of a file, another for every other file.</summary>
    /// <param name="path">A file that is there.</param>
    public static string Get(string path) => FileStatus.Get(path)?.Identity is { } number ? $"{number.Device}:{number.Number}" : RealOf(path);

    /// <summary>Whether a path is the file's own, without a symbolic link on the way.</summary>
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
