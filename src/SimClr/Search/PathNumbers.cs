namespace SimClr.Search;

/// <summary>Finds rows by the paths of their images.</summary>
internal sealed class PathNumbers
{
    private readonly Dictionary<string, int> written = [];
    private readonly Dictionary<string, int> full = [];
    private readonly string folder;

    /// <param name="paths">The paths of the rows.</param>
    /// <param name="folder">What other paths are relative to, if not to the same as those.</param>
    public PathNumbers(IReadOnlyList<string> paths, string folder)
    {
        this.folder = folder;
        for (int row = 0; row < paths.Count; row++)
        {
            written.TryAdd(paths[row], row);
            full.TryAdd(Path.GetFullPath(paths[row]), row);
        }
    }

    /// <summary>The row of a path, as it is written or by the file that it means; null for a stranger.</summary>
    public int? Find(string path)
        => path.Length == 0 ? null
            : written.TryGetValue(path, out int row) || full.TryGetValue(Path.GetFullPath(path), out row)
                || full.TryGetValue(Path.GetFullPath(path, folder), out row) ? row : null;
}
