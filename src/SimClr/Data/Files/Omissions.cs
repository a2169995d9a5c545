namespace SimClr.Data;

/// <summary>The files and folders that were left out when a data set was scanned for images.</summary>
/// <param name="UnsupportedFormats">
/// The number of images of unsupported formats, by lower-case extension (<c>.heic</c>).
/// </param>
/// <param name="Folders">The folders that cannot be listed; each path ends in a separator.</param>
/// <param name="SpecialFiles">
/// The entries with an image's name that are not files (named pipes, sockets, devices, dangling links), and the classes
/// in a shard whose image is missing.
/// </param>
public sealed record Omissions(
    IReadOnlyDictionary<string, int> UnsupportedFormats,
    IReadOnlyList<Omission> Folders,
    IReadOnlyList<Omission> SpecialFiles)
{
    /// <summary>Further notes in words, for example about rows that repeat an image.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>No omissions.</summary>
    public static Omissions None { get; } = new(new SortedDictionary<string, int>(), [], []);

    /// <summary>
    /// Combines the omissions of two sets. An entry in both is listed once; the numbers of unsupported images are
    /// added.
    /// </summary>
    public Omissions Merge(Omissions other)
    {
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach ((string extension, int count) in UnsupportedFormats.Concat(other.UnsupportedFormats))
        {
            sums[extension] = sums.GetValueOrDefault(extension) + count;
        }

        return new Omissions(sums, [.. Folders.Union(other.Folders)], [.. SpecialFiles.Union(other.SpecialFiles)])
        {
            Notes = [.. Notes.Union(other.Notes)],
        };
    }

    /// <summary>Returns the numbers of unsupported images as a list: <c>3 .heic, 1 .tiff</c>.</summary>
    public string UnsupportedFormatsText()
        => string.Join(", ", UnsupportedFormats.Select(found => $"{found.Value} {found.Key}"));
}

/// <summary>A file or folder that was left out.</summary>
/// <param name="Path">The path of the file or folder.</param>
/// <param name="Reason">The reason, in plain words.</param>
public readonly record struct Omission(string Path, string Reason);
