namespace SimClr.Data;

/// <summary>
/// Resolves every symbolic link in a path, so that two paths can be compared. A part that does not exist yet keeps its
/// name.
/// </summary>
[SharedSource]
internal static class RealPath
{
    /// <summary>Returns the full path without symbolic links.</summary>
    /// <exception cref="IOException">The links form a cycle.</exception>
    public static string Resolve(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? parent = Path.GetDirectoryName(full);
        if (parent is null)
        {
            return full;
        }

        string here = Path.Join(Resolve(parent), Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is not null
            ? Resolve(File.ResolveLinkTarget(here, returnFinalTarget: true)!.FullName)
            : here;
    }
}
