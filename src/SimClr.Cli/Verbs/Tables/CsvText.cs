using System.Globalization;
using System.Text;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>Writes rows as comma-separated text.</summary>
internal static class CsvText
{
    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">Texts and numbers; null leaves a field empty.</param>
    public static void Write(OutputFile file, string header, IEnumerable<object?[]> rows) => file.Write(stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(header);
        foreach (object?[] row in rows)
        {
            text.WriteLine(string.Join(',', row.Select(Field)));
        }
    });

    // A number that begins with a minus is a number to a spreadsheet too.
    private static string Field(object? value)
        => value is string text ? CsvField.Quote(text) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
