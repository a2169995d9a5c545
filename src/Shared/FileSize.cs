namespace SimClr.Internals;

/// <summary>The length of a file.</summary>
[SharedSource]
internal static class FileSize
{
    /// <summary>
    /// Returns the length in bytes. For a symbolic link, it is that of the target (<see cref="FileInfo.Length"/> is the
    /// link's own).
    /// </summary>
    /// <exception cref="IOException">There is no such file, or the link has no target.</exception>
    public static long Get(string path)
        => ((FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).Length;
}
