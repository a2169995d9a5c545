using SimClr.Data;

namespace SimClr.Labels;

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
            if (CanBeFile(paths[row]))
            {
                full.TryAdd(Path.GetFullPath(paths[row]), row);
            }
        }
    }

    /// <summary>The row of a path, as it is written or by the file that it means; null for a stranger.</summary>
    public int? Find(string path) => Row(path) ?? (CsvField.Literal(path) is { } literal ? Row(literal) : null);

    private int? Row(string path)
        => path.Length == 0 ? null
            : written.TryGetValue(path, out int row) ? row
            : !CanBeFile(path) ? null
            : full.TryGetValue(Path.GetFullPath(path), out row)
                || full.TryGetValue(Path.GetFullPath(path, folder), out row) ? row : null;

    // No file has such a name, and to ask where it would lie is an error.
    private static bool CanBeFile(string path) => path.Length > 0 && !path.Contains('\0');
}
