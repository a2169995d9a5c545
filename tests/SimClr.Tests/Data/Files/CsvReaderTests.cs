using System.Globalization;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class CsvReaderTests
{
    /// <summary>
    /// The result of Python's csv.reader for the same text (3.13; the second by delimiter=';', the third by '\t').
    /// </summary>
    [Theory]
    [InlineData("path,label\n12\" record.jpg,a\n", "path|label\n12\" record.jpg|a")]
    [InlineData("path;label\n12\" record.jpg;a,b\n", "path|label\n12\" record.jpg|a,b")]
    [InlineData("path\tlabel\nx;y.jpg\ta,b\n", "path|label\nx;y.jpg|a,b")]
    [InlineData("path\nx;y.jpg\n\tz.jpg\n", "path\nx;y.jpg\n\tz.jpg")]   // one column: there is no separator
    [InlineData("a\n5\"\n\"\"\"\"\n\"5\"\"\"\n", "a\n5\"\n\"\n5\"")]
    [InlineData("a,b\n\"x\"y,\"z\"\"\"w\n", "a|b\nxy|z\"w")]
    [InlineData("a,b\n\"x\"y\"z,w\n", "a|b\nxy\"z|w")]
    [InlineData("a,b\n\"\",1\n", "a|b\n|1")]
    [InlineData("\"path\";\"label\"\r\n\"a;b.jpg\";x\r\n", "path|label\na;b.jpg|x")]
    [InlineData("a,b\r\"1,\n2\",3\r\r\n4,5", "a|b\n1,\n2|3\n4|5")]
    public void Fields_match_those_of_other_readers(string text, string expected)
        => Assert.Equal(expected, string.Join('\n', Read(text).Select(record => string.Join('|', record.Fields))));

    /// <summary>Spreadsheets write blank rows below a table or between its parts.</summary>
    [Theory]
    [InlineData("path,label\na,x\n,\n,\n", "path|label\na|x")]
    [InlineData(",,\r\npath,label,note\r\n,,\r\na,x,\r\n , ,\r\n", "path|label|note\na|x|")]
    [InlineData("path;label\n;\n\"\";\"\"\na;x", "path|label\na|x")]
    [InlineData("path\tlabel\n\t\na\tx\n", "path|label\na|x")]
    public void Rows_of_empty_fields_are_skipped(string text, string expected)
        => Assert.Equal(expected, string.Join('\n', Read(text).Select(record => string.Join('|', record.Fields))));

    [Fact]
    public void A_record_is_numbered_by_the_line_where_it_begins()
    {
        var records = Read("\n\na,b\r\n\"1\n2\r\n3\",x\r\n\r\ny,z\n");
        Assert.Equal([3, 4, 8], records.Select(record => record.Line));
        Assert.Equal("1\n2\r\n3", records[1].Fields[0]);
    }

    /// <summary>As in Excel and LibreOffice: the line is not shown.</summary>
    [Theory]
    [InlineData("sep=;\r\npath;label\r\na,b.jpg;x\r\n", "path|label\na,b.jpg|x")]
    [InlineData("sep=,\npath,label\na;b.jpg,x\n", "path|label\na;b.jpg|x")]
    [InlineData("sep=\t\npath\tlabel\na,b.jpg\tx\n", "path|label\na,b.jpg|x")]
    [InlineData("\"sep=:\"\npath:label\na,b;c.jpg:x\n", "path|label\na,b;c.jpg|x")]
    [InlineData("sep=;\na,b\n", "a,b")]
    [InlineData("path,label\nsep=;\n", "path|label\nsep=;")]
    [InlineData("sep=;x\n", "sep=|x")]
    public void A_first_line_may_name_the_separator(string text, string expected)
        => Assert.Equal(expected, string.Join('\n', Read(text).Select(record => string.Join('|', record.Fields))));

    [Fact]
    public void Spaces_before_a_quote_do_not_make_it_part_of_the_text()
        => Assert.Equal(["a.jpg", " cat, black"], Read("path,label\na.jpg, \"cat, black\"\n")[1].Fields);

    [Fact]
    public void A_zero_byte_is_part_of_the_text()
        => Assert.Equal(["a\0.jpg", "b"], Read("path,label\na\0.jpg,b\n")[1].Fields);

    [Theory]
    [InlineData("a,b\n\"1,2\n3,4\n", 2)]
    [InlineData("a,b\n1,\"2\n3,4\n", 2)]
    [InlineData("a,b\n\"1\n\",\"2\n", 3)]
    public void A_quote_that_is_not_closed_is_named_with_its_line(string text, int line)
    {
        var error = Assert.Throws<FormatException>(() => Read(text));
        Assert.Contains($"line {line}:", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Counts the characters read from the text: a reader that rereads it for every line would need 2,000 times as
    /// many.
    /// </summary>
    [Theory]
    [InlineData("\"open")]
    [InlineData("12\" record")]
    public void Each_character_is_read_once_whatever_the_quotes(string first)
    {
        string text = "path,label\n" + first + ",a\n" + string.Concat(Enumerable.Repeat("x.jpg,a\n", 2000));
        using var reader = new CountingReader(text);
        try
        {
            Assert.Equal(2002, CsvReader.Read(reader).Count());
        }
        catch (FormatException error)
        {
            Assert.Contains("line 2: a quote is not closed", error.Message, StringComparison.Ordinal);
        }

        Assert.InRange(reader.Symbols, text.Length, text.Length + 1);
    }

    private static (int Line, string[] Fields)[] Read(string text) => [.. CsvReader.Read(new StringReader(text))];

    private sealed class CountingReader(string text) : StringReader(text)
    {
        public int Symbols { get; private set; }

        public override int Read()
        {
            Symbols++;
            return base.Read();
        }

        public override string ReadLine()
            => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"after {Symbols}"));
    }
}
