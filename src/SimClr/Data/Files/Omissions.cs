namespace SimClr.Data;

/// <summary>What lies among the images of a set and was left out when they were looked for.</summary>
/// <param name="UnsupportedFormats">Pictures of formats that are not read: how many by extension (<c>.heic</c>, in lower case).</param>
/// <param name="Folders">Folders that cannot be listed; each path ends in a separator.</param>
/// <param name="SpecialFiles">
/// What has the name of an image and is no file (named pipes, sockets, devices, links that lead nowhere), and classes in a
/// shard whose image is not there.
/// </param>
public sealed record Omissions(
    IReadOnlyDictionary<string, int> UnsupportedFormats, IReadOnlyList<Omission> Folders, IReadOnlyList<Omission> SpecialFiles)
{
    /// <summary>Further sentences, such as of rows that name an image again.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>No omissions.</summary>
    public static Omissions None { get; } = new(new SortedDictionary<string, int>(), [], []);

    /// <summary>The omissions of two sets. What both name is counted once; of pictures passed over the numbers are added.</summary>
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

    /// <summary>The numbers as a list: <c>3 .heic, 1 .tiff</c>.</summary>
    public string UnsupportedFormatsText() => string.Join(", ", UnsupportedFormats.Select(found => $"{found.Value} {found.Key}"));
}

/// <summary>Something that was left out.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Reason">Why, in plain words.</param>
public readonly record struct Omission(string Path, string Reason);
