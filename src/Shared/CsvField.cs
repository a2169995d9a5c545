namespace SimClr.Data;

/// <summary>
/// Writes what <see cref="CsvReader"/> reads. A spreadsheet computes a cell that begins with = + - @ or a blank control
/// character, and a formula can run commands: such a text is written with an apostrophe before it, which makes it text
/// there, and in quotes (OWASP, "CSV Injection"). Reading takes one apostrophe away again.
/// </summary>
[SharedSource]
internal static class CsvField
{
    private const string FormulaStarts = "=+-@\t\r\n";

    /// <summary>The text as a field: in quotes where it holds a comma, a quote or a line break, or would be a formula.</summary>
    public static string Quote(string text)
    {
        string safe = IsFormula(text) ? $"'{text}" : text;
        bool isPlain = safe.Length == text.Length && text.AsSpan().IndexOfAny(",\"\r\n") < 0;
        return isPlain ? text : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>The text of a field that was read: without the apostrophe that <see cref="Quote"/> sets. Any other apostrophe stays.</summary>
    public static string Text(string field) => field.StartsWith('\'') && IsFormula(field) ? field[1..] : field;

    /// <summary>
    /// What else a path may be that was read by <see cref="Text"/>: with its apostrophe, where somebody else wrote the file and
    /// means it. Null where no apostrophe can have been taken away.
    /// </summary>
    public static string? Literal(string text) => IsFormula(text) ? $"'{text}" : null;

    /// <summary>
    /// Whether it is a formula, or one behind apostrophes: those are counted in, so that a text that itself begins with an
    /// apostrophe and an equals sign is read as it was.
    /// </summary>
    private static bool IsFormula(string text)
        => text.AsSpan().TrimStart('\'') is [char first, ..] && FormulaStarts.Contains(first, StringComparison.Ordinal);
}
