namespace SimClr.Data;

/// <summary>
/// Writes fields for <see cref="CsvReader"/>. A spreadsheet evaluates a cell that begins with <c>=</c>, <c>+</c>,
/// <c>-</c>, <c>@</c>, a tab or a line break, and a formula can run commands. Such text is written in quotes and with a
/// leading apostrophe, which marks it as text (OWASP, "CSV Injection"). Reading removes one apostrophe.
/// </summary>
[SharedSource]
internal static class CsvField
{
    private const string FormulaStarts = "=+-@\t\r\n";

    /// <summary>
    /// Returns the text as a field, in quotes if it contains a comma, a quote or a line break or would be a formula.
    /// </summary>
    public static string Quote(string text)
    {
        string safe = IsFormula(text) ? $"'{text}" : text;
        bool isPlain = safe.Length == text.Length && text.AsSpan().IndexOfAny(",\"\r\n") < 0;
        return isPlain ? text : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>
    /// Returns the text of a field, without the apostrophe that <see cref="Quote"/> adds. Other apostrophes stay.
    /// </summary>
    public static string Text(string field) => field.StartsWith('\'') && IsFormula(field) ? field[1..] : field;

    /// <summary>
    /// Returns a path from <see cref="Text"/> with its apostrophe restored, for a file in which another program wrote
    /// an apostrophe that belongs to the path. Null if no apostrophe can have been removed.
    /// </summary>
    public static string? Literal(string text) => IsFormula(text) ? $"'{text}" : null;

    /// <summary>
    /// Returns whether a text is a formula, possibly behind apostrophes: text that itself begins with an apostrophe and
    /// an equals sign must be read back unchanged.
    /// </summary>
    private static bool IsFormula(string text)
        => text.AsSpan().TrimStart('\'') is [char first, ..] && FormulaStarts.Contains(first, StringComparison.Ordinal);
}
