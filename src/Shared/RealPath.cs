namespace SimClr.Data;

/// <summary>
/// A path with every symbolic link on the way resolved, so that two paths can be compared. What is not there yet keeps its name.
/// </summary>
[SharedSource]
internal static class RealPath
{
    /// <exception cref="IOException">The links on the way lead round in a circle.</exception>
    public static string Resolve(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? parent = Path.GetDirectoryName(full);
        if (parent is null)
        {
            return full;
        }

        string here = Path.Join(Resolve(parent), Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is not null ? Resolve(File.ResolveLinkTarget(here, returnFinalTarget: true)!.FullName) : here;
    }
}
