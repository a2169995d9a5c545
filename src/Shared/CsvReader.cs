using System.Text;

namespace SimClr.Data;

/// <summary>
/// Reads records as defined in RFC 4180 (quoted fields, doubled quotes, line breaks within quotes). Fields are
/// separated by commas, or by the semicolons or tabs that some spreadsheets write. The first separator in the first
/// record decides, or a line such as <c>sep=;</c> before it, which Excel reads as a setting and hides. A quote within a
/// field that does not begin with one is literal. The apostrophe that <see cref="CsvField"/> adds before a formula is
/// removed. Time and memory are linear in the length of the text.
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

    /// <summary>
    /// Reads the records that have a field that is not blank, each with the number of its first line, from 1.
    /// </summary>
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

            // Spreadsheets write a blank row as separators alone.
            if (!Array.TrueForAll(fields, string.IsNullOrWhiteSpace))
            {
                // A header of one column has no separator, so any will do.
                reader.separator = reader.separator == NotKnown ? ',' : reader.separator;
                yield return (begin, Array.ConvertAll(fields, CsvField.Text));
            }
        }
    }

    /// <summary>Returns whether a record only names the separator, and if so, remembers the separator.</summary>
    private bool TakesSeparator(string[] fields)
    {
        if (fields is ["sep=", ""])
        {
            return true;   // The named separator was read as the first separator of the text.
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

    /// <summary>Reads a field into <see cref="field"/>.</summary>
    /// <returns>
    /// The symbol that ended the field: a separator, a line feed for any end of line, or <see cref="End"/>.
    /// </returns>
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

            // A quote after nothing but spaces still opens a quoted field.
            blank &= symbol is ' ';
            field.Append((char)symbol);
        }
    }

    /// <summary>Reads the rest of a quoted field, after its opening quote.</summary>
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

    /// <summary>Reads a symbol outside quotes; any end of line is returned as a line feed.</summary>
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
