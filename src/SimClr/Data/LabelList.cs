using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Finds the images named in a list, one per line: by file name, as in SimCLR's lists of 1% and 10% of ImageNet
/// (<c>n01440764_10026.JPEG</c>), or by the end of a path (<c>cat/0001.jpg</c>).
/// </summary>
public static class LabelList
{
    private const int Examples = 3;

    /// <summary>
    /// Reads a list from a file and returns the indices of its images, each once and in ascending order.
    /// </summary>
    /// <exception cref="ConfigurationException">The file cannot be read.</exception>
    /// <exception cref="DataException">
    /// The list is empty, or a name matches no image of the set or more than one.
    /// </exception>
    public static int[] Read(ImageDataSet images, string file)
    {
        try
        {
            return Find(images, Lines(file).Select(Unquote), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or FormatException)
        {
            throw new ConfigurationException(
                $"{file}: the list of labeled images cannot be read: {error.Message}", error);
        }
    }

    /// <param name="images">The data set.</param>
    /// <param name="lines">One name per line; empty lines are ignored.</param>
    /// <param name="source">The source of the lines, for messages.</param>
    internal static int[] Find(ImageDataSet images, IEnumerable<string> lines, string source)
    {
        string[] names = [.. lines.Select(line => Plain(line.Trim())).Where(name => name.Length > 0).Distinct()];
        if (names.Length == 0)
        {
            throw new DataException(
                $"{source}: the list names no image; expected a file name on each line, such as n01440764_10026.JPEG");
        }

        ILookup<string, int> byFile = Enumerable.Range(0, images.Count)
            .ToLookup(index => FileOf(Plain(images.PathOf(index))));
        var found = names.Select(name => (Name: name, Images: Matches(images, byFile[FileOf(name)], name))).ToArray();
        Reject([.. found.Where(f => f.Images.Length == 0).Select(f => f.Name)], names.Length, source,
            $"are not in '{images.Name}'", $"its images are named like {Plain(images.PathOf(0))}");
        Reject([.. found.Where(f => f.Images.Length > 1).Select(f => f.Name)], names.Length, source,
            $"are in '{images.Name}' more than once", "give more of their paths, such as class/name");
        return [.. found.Select(f => f.Images[0]).Distinct().Order()];
    }

    private static int[] Matches(ImageDataSet images, IEnumerable<int> candidates, string name)
        => [.. candidates.Where(
            index => $"/{Plain(images.PathOf(index))}".EndsWith($"/{name.TrimStart('/')}", StringComparison.Ordinal))];

    private static void Reject(string[] bad, int all, string source, string what, string advice)
    {
        if (bad.Length > 0)
        {
            throw new DataException(
                $"{source}: {bad.Length} of {all} names {what}: "
                    + $"{string.Join(", ", bad.Take(Examples))}{(bad.Length > Examples ? ", …" : "")}; {advice}");
        }
    }

    private static IEnumerable<string> Lines(string file)
    {
        using StreamReader text = RegularFile.OpenText(file);
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    // Spreadsheets quote a name that contains a comma or a quote.
    private static string Unquote(string line) => line.Trim() is ['"', .., '"'] quoted
        // Empty quotes yield no record.
        ? CsvReader.Read(new StringReader(quoted)).FirstOrDefault().Fields is [var only] ? only : line
        : line;

    private static string Plain(string path) => Nfc.Compose(path.Replace('\\', '/'));

    private static string FileOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
