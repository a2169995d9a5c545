namespace SimClr.Data;

/// <summary>
/// A CSV file with the header <c>path,label</c> (the label column may be missing): one image per row, paths relative
/// to the manifest or absolute, labels any text. The set has labels when every row has one. A file that is not there is an
/// image that cannot be read; only where none of them is there are the paths taken to be wrong.
/// </summary>
internal static class Manifest
{
    public static FileDataSet Open(string name, string file, DataOptions options)
    {
        string root = Path.GetDirectoryName(file) ?? "";
        (List<string> paths, List<string> labels) = Read(file, root);
        return new FileDataSet(name, root, paths, labels.Count > 0 && !labels.Contains("") ? labels : null, options);
    }

    private static (List<string> Paths, List<string> Labels) Read(string file, string root)
    {
        (List<string> paths, List<string> labels) = ([], []);
        (int Line, string Path)? absent = null;
        bool present = false;
        try
        {
            using var text = new StreamReader(file);
            using var rows = CsvReader.Read(text).GetEnumerator();
            (int width, int pathColumn, int labelColumn) = ReadHeader(file, rows.MoveNext() ? rows.Current.Fields : []);
            while (rows.MoveNext())
            {
                (int line, string[] fields) = rows.Current;
                if (fields.Length != width)
                {
                    throw new DataException(
                        $"{file}, line {line}: got {fields.Length} field(s), expected {width} as in the header; "
                            + "put quotes round a path with a comma");
                }

                string path = Named(file, line, fields[pathColumn]);
                if (!present && !(present = File.Exists(Path.Combine(root, path))))
                {
                    absent ??= (line, path);
                }

                paths.Add(path);
                if (labelColumn >= 0)
                {
                    labels.Add(fields[labelColumn].Trim());
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DataException($"{file} cannot be read as a manifest: {error.Message}", error);
        }

        return present ? (paths, labels)
            : absent is { } first ? throw Absent(file, root, first.Line, first.Path)
            : throw new DataException($"{file} names no image; expected a row with a path below the header");
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

    private static string Named(string file, int line, string field) => field.Trim() is { Length: > 0 } path
        ? path
        : throw new DataException($"{file}, line {line}: got no path, expected one in every row");

    private static DataException Absent(string file, string root, int line, string path) => new(
        $"{file}, line {line}: no file '{path}' (looked for {Path.GetFullPath(Path.Combine(root, path))}), nor any of the other rows; paths are "
            + "relative to the manifest");
}
