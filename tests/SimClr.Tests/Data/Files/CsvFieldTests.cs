using CsCheck;
using SimClr.Cli;
using SimClr.Cli.Verbs;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Labels;

namespace SimClr.Tests.Data;

/// <summary>Text that a spreadsheet would compute is escaped when written, and read back unchanged.</summary>
public sealed class CsvFieldTests : IDisposable
{
    private static readonly string[] Formulas =
    [
        "=1+2", "+1", "-2+3|cmd' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\",\"y\")", "'=1",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("=1+2", "\"'=1+2\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@a", "\"'@a\"")]
    [InlineData("\ta", "\"'\ta\"")]
    [InlineData("\ra", "\"'\ra\"")]
    [InlineData("=\"a\",b", "\"'=\"\"a\"\",b\"")]
    [InlineData("'=a", "\"''=a\"")]
    [InlineData("a=b", "a=b")]
    [InlineData("'90s", "'90s")]
    [InlineData("''", "''")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("", "")]
    public void A_formula_gets_an_apostrophe_and_quotes_and_nothing_else_does(string text, string expected)
        => Assert.Equal(expected, CsvField.Quote(text));

    [Fact]
    public void Every_text_is_read_as_it_was_written()
        => Gen.Char["'=+-@\t\r\n\", a0"].Array[0, 8].Select(symbols => new string(symbols)).Array[1, 3].Sample(fields =>
        {
            string row = string.Join(',', fields.Select(CsvField.Quote));
            Assert.True(
                Array.TrueForAll(fields, string.IsNullOrWhiteSpace)   // such a row is skipped
                    || CsvReader.Read(new StringReader("a,b\n" + row)).Last().Fields.SequenceEqual(fields),
                row);
            Assert.All(fields.Select(CsvField.Quote), field => Assert.DoesNotMatch("^\"?[=+\\-@\t\r]", field));
        });

    [Theory]
    [InlineData("'90s.jpg")]
    [InlineData("'")]
    [InlineData("''x''")]
    [InlineData("'a=b'")]
    public void Other_apostrophes_stay(string field)
        => Assert.Equal(field, Assert.Single(CsvReader.Read(new StringReader(field)))!.Fields[0]);

    [Fact]
    public void Embeddings_are_read_as_they_were_written_and_their_numbers_stay_numbers()
    {
        int[] numbers = [.. Enumerable.Range(0, Formulas.Length)];
        var table = new EmbeddingTable([.. numbers.Select(i => -i - 0.5f)], 1, Formulas, numbers, Formulas);
        EmbeddingFile.Write(folder.PathOf("e.csv"), table);
        EmbeddingTable read = EmbeddingFile.Read(folder.PathOf("e.csv"));
        Assert.Equal(Formulas, read.Paths);
        Assert.Equal(Formulas, read.Labels!.Select(label => read.ClassNames![label]));
        Assert.Equal("\"'=1+2\",\"'=1+2\",-0.5", File.ReadLines(folder.PathOf("e.csv")).ElementAt(1));
    }

    [Fact]
    public void Lists_of_the_command_keep_numbers_and_labels_are_read_from_them()
    {
        string[] paths = [.. Formulas.Where(text => text.Trim() == text)];
        CsvText.Write(new OutputFile("--csv", folder.PathOf("l.csv"), "x.csv"), "path,label,x", paths.Select(
            path => new object?[] { path, path, -1.5 }));
        Assert.Equal("\"'=1+2\",\"'=1+2\",-1.5", File.ReadLines(folder.PathOf("l.csv")).ElementAt(1));
        KnownLabels labels = KnownLabels.Read(folder.PathOf("l.csv"), paths);
        Assert.Equal(paths, labels.Labels.Select(label => labels.ClassNames[label]));
        Assert.Equal(0, labels.UnmatchedPaths);
    }

    [Fact]
    public void An_apostrophe_is_kept_if_a_file_has_it_in_its_name()
    {
        folder.Write("l.csv", "path,label\n'=a.png,x\n=b.png,y\n");
        Assert.Equal([0, 1], KnownLabels.Read(folder.PathOf("l.csv"), ["'=a.png", "=b.png"]).Rows);

        folder.Write("'=a.png", Images.Png(1));
        folder.Write("=b.png", Images.Png(2));
        folder.Write("'90s.png", Images.Png(3));
        folder.Write("m.csv", "path,label\n'=a.png,'=x\n\"'=b.png\",'90s\n'90s.png,'90s\n");
        using ImageDataSet set = DataSets.Open(folder.PathOf("m.csv"));
        Assert.Equal([1, 2, 3], Images.NumbersOf(set));
        Assert.Equal(["'90s", "=x"], set.ClassNames);
    }

    [Fact]
    public void Predictions_are_read_as_they_were_written()
    {
        folder.Write(
            "p.csv",
            "path,label,prediction,correct\n"
                + $"{string.Join(',', new[] { "-a", "=b", "=b" }.Select(CsvField.Quote))},1\n");
        Assert.Equal(new Prediction("-a", "=b", "=b"), Assert.Single(PredictionsFile.Read(folder.PathOf("p.csv"))));
    }
}
