namespace SimClr.Data;

/// <summary>
/// The path of a folder with every symbolic link on the way resolved, so that two paths can be compared.
/// </summary>
internal static class RealPath
{
    /// <exception cref="IOException">The links on the way lead round in a circle.</exception>
    public static string Of(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string? parent = Path.GetDirectoryName(full);
        if (parent is null)
        {
            return full;
        }

        string here = Path.Join(Of(parent), Path.GetFileName(full));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Of(target.FullName) : here;
    }
}
