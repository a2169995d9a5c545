using System.Text;

namespace SimClr.Data;

/// <summary>
/// Reads comma-separated records (RFC 4180: quoted fields, doubled quotes, line breaks within quotes).
/// </summary>
internal static class CsvReader
{
    /// <summary>The records that are not blank, each with the number (from 1) of the line where it begins.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Read(TextReader text)
    {
        int line = 0;
        while (text.ReadLine() is { } record)
        {
            int begin = ++line;
            while (HasOpenQuote(record))
            {
                record += "\n" + (text.ReadLine() ?? throw new FormatException($"line {begin}: a quote is not closed"));
                line++;
            }

            if (!string.IsNullOrWhiteSpace(record))
            {
                yield return (begin, Split(record));
            }
        }
    }

    private static bool HasOpenQuote(string record) => record.Count(symbol => symbol == '"') % 2 == 1;

    private static string[] Split(string record)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < record.Length; i++)
        {
            bool doubled = quoted && record[i] == '"' && i + 1 < record.Length && record[i + 1] == '"';
            if (doubled)
            {
                field.Append(record[++i]);
            }
            else if (record[i] == '"')
            {
                quoted = !quoted;
            }
            else if (record[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(record[i]);
            }
        }

        return [.. fields, field.ToString()];
    }
}
