using System.Text;

namespace SimClr.Data;

/// <summary>
/// Reads records as in RFC 4180 (quoted fields, doubled quotes, line breaks within quotes), separated by commas, or by the
/// semicolons or tabs that spreadsheets write: the first record shows which, or a line <c>sep=;</c> before it, which Excel
/// takes for that and does not show. A quote within a field that does not begin with
/// one stands for itself. A field is given without the apostrophe that <see cref="CsvField"/> sets before a formula. Takes
/// time and memory in proportion to the text.
/// </summary>
[SharedSource]
internal sealed class CsvReader
{
    private const int End = -1;
    private const int NotKnown = -2;

    private readonly TextReader text;
    private readonly StringBuilder field = new();
    private int line = 1;
    private int separator = NotKnown;

    private CsvReader(TextReader text) => this.text = text;

    /// <summary>The records of which some field is not blank, each with the number (from 1) of the line where it begins.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Read(TextReader text)
    {
        var reader = new CsvReader(text);
        while (text.Peek() != End)
        {
            int begin = reader.line;
            string[] fields = reader.Record();
            if (begin == 1 && reader.TakesSeparator(fields))
            {
                continue;
            }

            // A spreadsheet writes its blank rows as separators alone.
            if (!Array.TrueForAll(fields, string.IsNullOrWhiteSpace))
            {
                // A header of one column has shown none, and there is nothing to separate.
                reader.separator = reader.separator == NotKnown ? ',' : reader.separator;
                yield return (begin, Array.ConvertAll(fields, CsvField.Text));
            }
        }
    }

    /// <summary>Whether a record says nothing but the separator; it is kept then.</summary>
    private bool TakesSeparator(string[] fields)
    {
        if (fields is ["sep=", ""])
        {
            return true;   // The first separator of the text was the one that it names.
        }

        bool names = fields is [['s', 'e', 'p', '=', _]];
        separator = names ? fields[0][^1] : separator;
        return names;
    }

    private string[] Record()
    {
        List<string> fields = [];
        while (true)
        {
            int next = Field();
            fields.Add(field.ToString());
            if (next is End or '\n')
            {
                return [.. fields];
            }
        }
    }

    /// <summary>Reads into <see cref="field"/>.</summary>
    /// <returns>What ended it: a separator, a line feed for any end of line, or the end.</returns>
    private int Field()
    {
        field.Clear();
        bool blank = true;
        while (true)
        {
            int symbol = Next();
            if (symbol is End or '\n' || IsSeparator(symbol))
            {
                return symbol;
            }

            if (symbol == '"' && blank)
            {
                Quoted();
                blank = false;
                continue;
            }

            // Spaces before a quote are no part of what it quotes, and no reason not to take it for one.
            blank &= symbol is ' ';
            field.Append((char)symbol);
        }
    }

    /// <summary>What stands between an opening quote, which has been read, and the one that closes it.</summary>
    private void Quoted()
    {
        int begin = line;
        while (true)
        {
            int symbol = text.Read();
            if (symbol == End)
            {
                throw new FormatException($"line {begin}: a quote is not closed");
            }

            if (symbol == '"' && text.Peek() != '"')
            {
                return;
            }

            if (symbol == '"')
            {
                _ = text.Read();
            }

            line += symbol == '\n' || (symbol == '\r' && text.Peek() != '\n') ? 1 : 0;
            field.Append((char)symbol);
        }
    }

    /// <summary>A symbol outside quotes; any end of line is a line feed.</summary>
    private int Next()
    {
        int symbol = text.Read();
        if (symbol == '\r')
        {
            if (text.Peek() == '\n')
            {
                _ = text.Read();
            }

            symbol = '\n';
        }

        line += symbol == '\n' ? 1 : 0;
        return symbol;
    }

    private bool IsSeparator(int symbol)
    {
        if (separator == NotKnown && symbol is ',' or ';' or '\t')
        {
            separator = symbol;
        }

        return symbol == separator;
    }
}
