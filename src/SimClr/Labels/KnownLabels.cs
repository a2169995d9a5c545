using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Labels;

/// <summary>The labels that a CSV file gives to some rows of a table.</summary>
/// <param name="Rows">The labeled rows, in ascending order.</param>
/// <param name="Labels">The class of each labeled row.</param>
/// <param name="ClassNames">The classes by number, sorted by name.</param>
/// <param name="UnmatchedPaths">The number of paths in the file that are not in the table.</param>
public sealed record KnownLabels(int[] Rows, int[] Labels, string[] ClassNames, int UnmatchedPaths)
{
    /// <summary>No labels.</summary>
    public static KnownLabels None { get; } = new([], [], [], 0);

    /// <summary>
    /// Reads a file with the columns path and label. Other columns are ignored; an image with an empty label counts as
    /// not yet labeled. A path may be written as in the embeddings, or relative to the folder of the file.
    /// </summary>
    /// <exception cref="DataException">
    /// The file is unreadable, a path has two labels, or no path is in the table.
    /// </exception>
    public static KnownLabels Read(string file, IReadOnlyList<string> paths)
    {
        var found = new SortedDictionary<int, (string Label, int Line)>();
        var rows = new PathNumbers(paths, Path.GetDirectoryName(Path.GetFullPath(file))!);
        string? stranger = null;
        int strangers = 0;
        foreach ((int line, string path, string label, _) in Records(file))
        {
            if (rows.Find(path) is not { } row)
            {
                stranger ??= path;
                strangers++;
            }
            else if (label.Length > 0 && !found.TryAdd(row, (label, line)) && found[row].Label != label)
            {
                throw new DataException(
                    $"{file}, line {line}: got the label '{label}' for '{path}', which is '{found[row].Label}' in line "
                        + $"{found[row].Line}; expected one label per image");
            }
        }

        if (strangers > 0 && found.Count == 0)
        {
            throw new DataException(
                $"{file}: none of its {strangers} path(s) is one of the {paths.Count} embedded images; "
                    + $"got '{stranger}', expected paths such as '{paths[0]}'");
        }

        string[] names = [.. found.Values.Select(value => value.Label).Distinct().Order(StringComparer.Ordinal)];
        return new KnownLabels(
            [.. found.Keys],
            [.. found.Values.Select(value => Array.BinarySearch(names, value.Label, StringComparer.Ordinal))],
            names,
            strangers);
    }

    /// <summary>
    /// Enumerates the rows of a file: the line where a row begins, its path, its label, and the classifier's guess;
    /// label and guess are empty if there are none yet.
    /// </summary>
    /// <exception cref="DataException">The file is unreadable.</exception>
    public static IEnumerable<(int Line, string Path, string Label, string Guess)> Records(string file)
    {
        List<(int Line, string[] Fields)> records = ReadAll(file);
        string[] header = records.Count > 0 ? records[0].Fields : [];
        int path = ColumnOf(header, "path");
        int label = ColumnOf(header, "label");
        int guess = ColumnOf(header, "guess");
        if (path < 0 || label < 0)
        {
            throw new DataException(
                $"{file}, line 1: got the header '{string.Join(',', header)}', expected 'path,label'");
        }

        foreach ((int line, string[] fields) in records.Skip(1))
        {
            yield return fields.Length == header.Length
                ? (
                    line,
                    fields[path].Trim(),
                    Nfc.Compose(fields[label].Trim()),
                    guess < 0 ? "" : Nfc.Compose(fields[guess].Trim()))
                : throw new DataException(
                    $"{file}, line {line}: got {fields.Length} field(s), expected {header.Length} as in the header; "
                        + "put a path with a comma in quotes");
        }
    }

    private static int ColumnOf(string[] header, string column)
        => Array.FindIndex(header, name => name.Trim().Equals(column, StringComparison.OrdinalIgnoreCase));

    private static List<(int Line, string[] Fields)> ReadAll(string file)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            return [.. CsvReader.Read(text)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DataException(
                $"{file} cannot be read as labels: {error.Message}; expected a CSV file with the header 'path,label'",
                error);
        }
    }
}
