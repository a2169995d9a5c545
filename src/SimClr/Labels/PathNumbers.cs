using SimClr.Data;

namespace SimClr.Labels;

/// <summary>A lookup of rows by the paths of their images.</summary>
internal sealed class PathNumbers
{
    private readonly Dictionary<string, int> written = [];
    private readonly Dictionary<string, int> full = [];
    private readonly string folder;

    /// <param name="paths">The paths of the rows.</param>
    /// <param name="folder">An additional base folder for relative paths.</param>
    public PathNumbers(IReadOnlyList<string> paths, string folder)
    {
        this.folder = folder;
        for (int row = 0; row < paths.Count; row++)
        {
            written.TryAdd(paths[row], row);
            if (CanBeFile(paths[row]))
            {
                full.TryAdd(Path.GetFullPath(paths[row]), row);
            }
        }
    }

    /// <summary>Returns the row of a path, as written or by the file it refers to; null for an unknown path.</summary>
    public int? Find(string path) => Row(path) ?? (CsvField.Literal(path) is { } literal ? Row(literal) : null);

    private int? Row(string path)
        => path.Length == 0 ? null
            : written.TryGetValue(path, out int row) ? row
            : !CanBeFile(path) ? null
            : full.TryGetValue(Path.GetFullPath(path), out row)
                || full.TryGetValue(Path.GetFullPath(path, folder), out row) ? row : null;

    // No file has a name with a null character, and Path.GetFullPath would throw.
    private static bool CanBeFile(string path) => path.Length > 0 && !path.Contains('\0');
}
