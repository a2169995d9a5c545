namespace SimClr.Data;

/// <summary>A typed data argument, taken apart: <c>cifar10:DIR:test</c>.</summary>
/// <param name="Text">What the user typed.</param>
/// <param name="Kind">The name before the first colon.</param>
/// <param name="Folder">What stands between name and split; a file pattern for tar shards.</param>
/// <param name="Split">The split, or the set's default; empty where it has none.</param>
internal sealed record DataSpec(string Text, string Kind, string Folder, string Split)
{
    /// <summary>Whether images that the set's lists name may be missing.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>Fixes what is drawn where a set has no split of its own.</summary>
    public long Seed { get; init; }

    /// <summary>The folder itself, or the named one in it, whichever holds the file; null if none does.</summary>
    public string? FolderWith(string file, string subfolder)
        => new[] { Folder, Path.Join(Folder, subfolder) }
            .FirstOrDefault(folder => File.Exists(Path.Join(folder, file)));

    public DataException Missing(string expected) => Directory.Exists(Folder)
        ? new DataException(
            $"'{Text}': {Path.GetFullPath(Folder)} does not hold what {Kind} needs; expected {expected}")
        : new DataException($"'{Text}': no folder {Path.GetFullPath(Folder)}; expected one that holds {expected}");
}
