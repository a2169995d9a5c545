using System.Globalization;
using System.Text;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Embeddings;

/// <summary>Embeddings as text: one line per image, with enough digits to make every value exact.</summary>
internal sealed class CsvFormat : IEmbeddingFormat
{
    // Anything longer is not a header, and a line without an end would fill memory.
    private const int MaxHeaderBytes = 1 << 22;

    /// <inheritdoc/>
    public string Extension => ".csv";

    /// <inheritdoc/>
    public EmbeddingTable Read(string path)
    {
        (RowDescriptions rows, float[] values) = Read(path, wantsNumbers: true);
        return rows.ToTable(values, values.Length / rows.Count);
    }

    /// <inheritdoc/>
    public void Write(string path, EmbeddingRows rows) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        if (!rows.Continues)
        {
            text.WriteLine(
                string.Join(',', [Header(rows), .. Enumerable.Range(0, rows.Dimension).Select(CsvColumns.Name)]));
        }

        Span<char> number = stackalloc char[32];
        foreach (EmbeddingTable block in rows.Blocks())
        {
            for (int row = 0; row < block.Count; row++)
            {
                text.Write(Description(block, row));
                foreach (float value in block[row])
                {
                    _ = value.TryFormat(number, out int length, "R", CultureInfo.InvariantCulture);
                    text.Write(',');
                    text.Write(number[..length]);
                }

                text.WriteLine();
            }
        }
    });

    /// <summary>Returns the header of the columns that describe rows.</summary>
    internal static string Header(EmbeddingRows rows)
        => "path" + (rows.HasSizes ? ",width,height" : "") + (rows.HasLabels ? ",label" : "");

    /// <summary>Returns the fields of those columns for a row.</summary>
    internal static string Description(EmbeddingTable table, int row)
    {
        string size = table is { Widths: { } widths, Heights: { } heights }
            ? string.Create(CultureInfo.InvariantCulture, $",{widths[row]},{heights[row]}")
            : "";
        return CsvField.Quote(table.Paths[row])
            + size
            + (table.LabelOf(row) is { } label ? $",{CsvField.Quote(label)}" : "");
    }

    /// <summary>Reads the columns that describe rows, and the values if they are wanted.</summary>
    internal static (RowDescriptions Rows, float[] Values) Read(string path, bool wantsNumbers)
    {
        RequireLines(path);
        var rows = new RowDescriptions();
        var values = new List<float>();
        CsvColumns? columns = null;
        using StreamReader text = RegularFile.OpenText(path);
        try
        {
            foreach ((int line, string[] fields) in CsvReader.Read(text))
            {
                if (columns is null)
                {
                    columns = CsvColumns.Parse(fields, path, wantsNumbers);
                    continue;
                }

                columns.RequireCount(fields, line, path);
                rows.Add(fields[columns.Path], columns.Size(fields, line), columns.Class(fields));
                columns.Numbers(fields, line, values);
            }
        }
        catch (FormatException error)
        {
            throw new DataException($"{path}: {error.Message}; the file was cut short or is not CSV", error);
        }

        if (rows.Count == 0)
        {
            throw new DataException($"{path}: got no rows after the header, expected one per image");
        }

        return values.Count <= Array.MaxLength ? (rows, [.. values]) : throw new DataException(
            $"{path}: too many values for one table; embed in parts with EmbeddingTask.Shard");
    }

    /// <summary>Checks that a file is text and that its lines end with line breaks.</summary>
    internal static void RequireLines(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path);
        byte[] start = new byte[Math.Min(MaxHeaderBytes, stream.Length)];
        stream.ReadExactly(start);
        int end = start.AsSpan().IndexOf((byte)'\n');
        if (end < 0 || start.AsSpan(0, end).Contains((byte)0))
        {
            throw new DataException(
                $"{path}: the first line has no line break or is not text; "
                    + $"expected CSV with the header {CsvColumns.Form}");
        }

        // Every complete line ends with a line break. A line without one was cut off, and its last value might look
        // like a shorter number.
        stream.Position = stream.Length - 1;
        if (stream.ReadByte() != '\n')
        {
            throw new DataException($"{path}: the last line has no line break: the file was cut short");
        }
    }
}
