using System.Globalization;
using System.Text;
using SimClr.Data;

namespace SimClr.Cli.Reports;

/// <summary>A table of text and numbers: on a page, as Markdown and as CSV.</summary>
/// <param name="Columns">The headings.</param>
/// <param name="Rows">One cell per column: text, a number, or null.</param>
internal sealed record ChartTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    /// <summary>Returns comma-separated values with a heading; numbers have full precision.</summary>
    public string Csv()
    {
        var text = new StringBuilder();
        AppendLine(text, Columns);
        foreach (IReadOnlyList<object?> row in Rows)
        {
            AppendLine(text, row);
        }

        return text.ToString();
    }

    /// <summary>Returns a Markdown table; numbers are aligned right.</summary>
    public string Markdown()
    {
        var text = new StringBuilder();
        text.Append('|').AppendJoin('|', Columns.Select(name => $" {Escape(name)} ")).Append("|\n|");
        text.AppendJoin('|', Columns.Select((_, column) => IsNumeric(column) ? " ---: " : " --- ")).Append("|\n");
        foreach (IReadOnlyList<object?> row in Rows)
        {
            text.Append('|').AppendJoin('|', row.Select(cell => $" {Escape(Text(cell))} ")).Append("|\n");
        }

        return text.ToString();
    }

    /// <summary>Returns a cell as text for readers.</summary>
    public static string Text(object? cell) => cell switch
    {
        null => "–",
        string text => text,
        double number => double.IsFinite(number) ? ChartNumber.Format(number) : "–",
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>Whether a column holds numbers, or text of digits and signs only, such as an interval.</summary>
    public bool IsNumeric(int column)
        => Rows.Any(row => row[column] is not null)
            && Rows.All(row => row[column] is null or double or int or long or ""
                || (row[column] is string text
                    && text.All(letter => char.IsAsciiDigit(letter) || " .,%–-".Contains(letter))));

    private static void AppendLine(StringBuilder text, IEnumerable<object?> cells)
        => text.AppendJoin(',', cells.Select(Field)).Append('\n');

    private static string Field(object? cell) => cell switch
    {
        string text => CsvField.Quote(text),
        double number when !double.IsFinite(number) => "",
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>Escapes text for a line or a cell of Markdown.</summary>
    public static string Escape(string text)
        => text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .ReplaceLineEndings(" ");
}
