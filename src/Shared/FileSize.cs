namespace SimClr.Internals;

/// <summary>How long a file is.</summary>
[SharedSource]
internal static class FileSize
{
    /// <summary>Its bytes; behind a symbolic link those of the file that it leads to (<see cref="FileInfo.Length"/> counts the link's own).</summary>
    /// <exception cref="IOException">There is no such file, or the link leads nowhere.</exception>
    public static long Get(string path)
        => ((FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).Length;
}
