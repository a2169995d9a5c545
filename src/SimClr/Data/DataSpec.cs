namespace SimClr.Data;

/// <summary>A parsed data spec, such as <c>cifar10:DIR:test</c>.</summary>
/// <param name="Text">The spec as the user typed it.</param>
/// <param name="Kind">The name before the first colon, such as <c>cifar10</c>.</param>
/// <param name="Folder">The folder between name and split; a file pattern for tar shards.</param>
/// <param name="Split">The split, or the default split of the kind; empty if the kind has none.</param>
internal sealed record DataSpec(string Text, string Kind, string Folder, string Split)
{
    /// <summary>Whether images named in the set's lists may be missing.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>The seed of the random split for a set without an official one.</summary>
    public long Seed { get; init; }

    /// <summary>Returns the folder or its named subfolder, whichever contains the file; null if neither does.</summary>
    public string? FolderWith(string file, string subfolder)
        => new[] { Folder, Path.Join(Folder, subfolder) }
            .FirstOrDefault(folder => File.Exists(Path.Join(folder, file)));

    public DataException Missing(string expected) => Directory.Exists(Folder)
        ? new DataException(
            $"'{Text}': {Path.GetFullPath(Folder)} does not contain the files of {Kind}; expected {expected}")
        : new DataException($"'{Text}': no folder {Path.GetFullPath(Folder)}; expected one that contains {expected}");
}
