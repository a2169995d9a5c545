using System.Globalization;

namespace SimClr.Embeddings;

/// <summary>The columns of a CSV file of embeddings.</summary>
internal sealed class CsvColumns
{
    /// <summary>The expected header, for messages.</summary>
    public const string Form = "'path,width,height,label,e0,e1,…' (width, height and label are optional)";

    private readonly string file;
    private readonly int count;
    private readonly int width;
    private readonly int height;
    private readonly int label;
    private readonly int first;

    private CsvColumns(string file, string[] header)
    {
        this.file = file;
        count = header.Length;
        Path = Array.IndexOf(header, "path");
        width = Array.IndexOf(header, "width");
        height = Array.IndexOf(header, "height");
        label = Array.IndexOf(header, "label");
        first = Array.IndexOf(header, "e0");
        Dimension = first < 0 ? 0 : header.Skip(first).TakeWhile((name, i) => name == Name(i)).Count();
    }

    /// <summary>The column of the path.</summary>
    public int Path { get; }

    /// <summary>The number of values per row; 0 in a file that only describes rows.</summary>
    public int Dimension { get; }

    /// <summary>Returns the name of the column of a value.</summary>
    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"e{index}");

    /// <summary>Parses a header.</summary>
    /// <exception cref="DataException">
    /// A column is missing, or the columns of the values are not consecutive.
    /// </exception>
    public static CsvColumns Parse(string[] header, string file, bool wantsNumbers)
    {
        string[] names = [.. header.Select(name => name.Trim())];
        var columns = new CsvColumns(file, names);
        string got = string.Join(',', names);
        string text = got.Length > 60 ? got[..60] + "…" : got;
        bool fits = columns.Path >= 0 && (columns.width < 0) == (columns.height < 0)
            && (!wantsNumbers || (columns.Dimension > 0 && columns.first + columns.Dimension == columns.count));
        string hint = EmbeddingShard.FromName(file) is { Number: > 1 }
            ? "; it continues another part: join the parts with EmbeddingJoin.Write and read the result"
            : "";
        return fits
            ? columns
            : throw new DataException(
                $"{file}, line 1: got the header '{text}', expected "
                    + $"{(wantsNumbers ? Form : "'path,width,height,label'")}{hint}");
    }

    /// <exception cref="DataException">A row has more or fewer fields than the header.</exception>
    public void RequireCount(string[] fields, int line, string where)
    {
        if (fields.Length != count)
        {
            throw new DataException(
                $"{where}, line {line}: got {fields.Length} field(s), expected {count} as in the header"
                    + (Dimension > 0 ? $" ({Dimension} values per image)" : ""));
        }
    }

    /// <summary>Returns the size of the image, or null if the file has no sizes.</summary>
    public (int Width, int Height)? Size(string[] fields, int line)
        => width < 0 ? null : (Pixels(fields[width], line), Pixels(fields[height], line));

    /// <summary>Returns the class name, or null if the file has no labels.</summary>
    public string? Class(string[] fields) => label < 0 ? null : fields[label];

    /// <summary>Appends the values of a row.</summary>
    public void Numbers(string[] fields, int line, List<float> values)
    {
        for (int i = first; i < first + Dimension; i++)
        {
            if (!float.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
            {
                throw Wrong(fields[i], line, $"a number in column {Name(i - first)}");
            }

            // An infinity written as such is reported later, with its row.
            values.Add(float.IsInfinity(value) && fields[i].AsSpan().IndexOfAnyInRange('0', '9') >= 0
                ? throw Wrong(
                    fields[i], line, $"a number in column {Name(i - first)} that float32 can hold, up to 3.4e+38")
                : value);
        }
    }

    private int Pixels(string field, int line)
        => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int pixels) && pixels > 0
            ? pixels
            : throw Wrong(field, line, "pixels, an integer above 0");

    private DataException Wrong(string got, int line, string expected)
        => new($"{file}, line {line}: got '{(got.Length > 40 ? got[..40] + "…" : got)}', expected {expected}");
}
