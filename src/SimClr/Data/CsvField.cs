namespace SimClr.Data;

/// <summary>Writes what <see cref="CsvReader"/> reads.</summary>
internal static class CsvField
{
    /// <summary>The text as a field: in quotes where it holds a comma, a quote or a line break.</summary>
    public static string Quote(string text)
        => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
