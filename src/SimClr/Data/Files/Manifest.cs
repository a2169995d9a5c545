using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Opens a manifest: a CSV file with the header <c>path,label</c> (the label column is optional; semicolons or tabs may
/// replace the commas) and one image per row. Paths are absolute or relative to the manifest; labels are any text. The
/// set has labels if every row has one. An image in several rows is read once, because a copy could end up in both
/// training and test images. A missing file is an unreadable image; only if every file is missing are the paths
/// reported as wrong.
/// </summary>
internal static class Manifest
{
    public static FileDataSet Open(string name, string file, DataOptions options)
    {
        string root = Path.GetDirectoryName(file) ?? "";
        List<Row> rows = Deduplicate(Read(file, root), file, root, out Omissions omissions);
        Row[] unlabeled = [.. rows.Where(row => row.Label.Length == 0)];
        string? reason = unlabeled.Length > 0 && unlabeled.Length < rows.Count
            ? $"line {unlabeled[0].Line} has no label ({unlabeled.Length} of {rows.Count} rows)"
            : null;
        string[]? classes = unlabeled.Length == 0 ? [.. rows.Select(row => row.Label)] : null;
        return new FileDataSet(name, root, [.. rows.Select(row => row.Path)], classes, options, reason, omissions);
    }

    private static List<Row> Read(string file, string root)
    {
        List<Row> found = [];
        Row? absent = null;
        bool present = false;
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            using var rows = CsvReader.Read(text).GetEnumerator();
            (int width, int pathColumn, int labelColumn) = ReadHeader(file, rows.MoveNext() ? rows.Current.Fields : []);
            while (rows.MoveNext())
            {
                (int line, string[] fields) = rows.Current;
                if (fields.Length != width)
                {
                    throw new DataException(
                        $"{file}, line {line}: got {fields.Length} field(s), expected {width} as in the header; "
                            + "put quotes around a path that contains a comma");
                }

                var row = new Row(
                    line,
                    Literal(root, RequirePath(file, line, fields[pathColumn])),
                    labelColumn >= 0 ? fields[labelColumn].Trim() : "");
                if (!present && !(present = File.Exists(Path.Combine(root, row.Path))))
                {
                    absent ??= row;
                }

                found.Add(row);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DataException($"{file} cannot be read as a manifest: {error.Message}", error);
        }

        return present ? found
            : absent is { } first ? throw MissingFile(file, root, first.Line, first.Path)
            : throw new DataException($"{file} lists no image; expected a row with a path below the header");
    }

    /// <summary>Returns the first row of each image, with the label from any of its rows.</summary>
    private static List<Row> Deduplicate(List<Row> rows, string file, string root, out Omissions omissions)
    {
        string folder = Path.GetFullPath(root.Length > 0 ? root : ".");
        var numbers = new Dictionary<string, int>(rows.Count, StringComparer.Ordinal);
        List<Row> once = new(rows.Count);
        string example = "";
        foreach (Row row in rows)
        {
            if (numbers.TryAdd(NormalizePath(folder, row.Path), once.Count))
            {
                once.Add(row);
                continue;
            }

            int number = numbers[NormalizePath(folder, row.Path)];
            Row first = once[number];
            example = example.Length > 0 ? example : $"line {row.Line} repeats line {first.Line}";
            if (first.Label.Length > 0 && row.Label.Length > 0 && Nfc.Compose(first.Label) != Nfc.Compose(row.Label))
            {
                throw new DataException(
                    $"{file}, line {row.Line}: got the label '{row.Label}' for '{row.Path}', but '{first.Label}' in "
                        + $"line {first.Line}; expected one label per image");
            }

            once[number] = first.Label.Length == 0 && row.Label.Length > 0 ? row with { Path = first.Path } : first;
        }

        int repeated = rows.Count - once.Count;
        string note = $"{repeated} of {rows.Count} rows repeat an image ({example}); each image is read once";
        omissions = Omissions.None with { Notes = repeated > 0 ? [note] : [] };
        return once;
    }

    /// <summary>
    /// Returns the same text for every spelling of a path, without resolving links. Most paths are returned unchanged,
    /// without an allocation.
    /// </summary>
    private static string NormalizePath(string folder, string path)
    {
        bool hasDetours = Path.IsPathRooted(path) || path.StartsWith('.')
            || path.Contains("/.", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal);
        return hasDetours && !path.Contains('\0') ? Path.GetRelativePath(folder, Path.GetFullPath(path, folder)) : path;
    }

    private static (int Width, int PathColumn, int LabelColumn) ReadHeader(string file, string[] header)
    {
        int Find(string column)
            => Array.FindIndex(header, name => name.Trim().Equals(column, StringComparison.OrdinalIgnoreCase));
        return Find("path") >= 0
            ? (header.Length, Find("path"), Find("label"))
            : throw new DataException(
                $"{file}, line 1: got the header '{string.Join(',', header)}', expected 'path,label' or 'path'");
    }

    private static string RequirePath(string file, int line, string field) => field.Trim() is { Length: > 0 } path
        ? path
        : throw new DataException($"{file}, line {line}: got no path, expected one in every row");

    /// <summary>
    /// Returns a path with the apostrophe that <see cref="CsvReader"/> removed, if only the file with the apostrophe
    /// exists; else the path itself.
    /// </summary>
    private static string Literal(string root, string path)
        => CsvField.Literal(path) is { } literal
            && !File.Exists(Path.Combine(root, path))
            && File.Exists(Path.Combine(root, literal)) ? literal : path;

    private static DataException MissingFile(string file, string root, int line, string path) => new(path.Contains('\0')
        ? $"{file}, line {line}: the path holds a NUL character, and no other row names an existing file; "
            + "was the manifest saved as text?"
        : $"{file}, line {line}: no file '{path}' (looked for {Path.GetFullPath(Path.Combine(root, path))}), and no "
            + "other row names an existing file; paths are relative to the manifest");

    /// <summary>A row of a manifest.</summary>
    /// <param name="Line">The number of its first line, from 1.</param>
    /// <param name="Path">The path as written.</param>
    /// <param name="Label">The label; empty if there is none.</param>
    private readonly record struct Row(int Line, string Path, string Label);
}
