using System.Globalization;
using System.Text;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>Writes rows as comma-separated text.</summary>
internal static class CsvText
{
    /// <summary>Writes a file, completely or not at all.</summary>
    /// <param name="file">The output file.</param>
    /// <param name="header">The column names.</param>
    /// <param name="rows">Strings and numbers; null leaves a field empty.</param>
    public static void Write(OutputFile file, string header, IEnumerable<object?[]> rows) => file.Write(stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(header);
        foreach (object?[] row in rows)
        {
            text.WriteLine(string.Join(',', row.Select(Field)));
        }
    });

    // A number with a leading minus sign needs no quoting: spreadsheets read it as a number too.
    private static string Field(object? value)
        => value is string text ? CsvField.Quote(text) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
