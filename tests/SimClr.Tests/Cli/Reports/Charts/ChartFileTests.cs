using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using SimClr.Cli.Reports;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports.Charts;

/// <summary>Charts as SVG and PNG files, and their data.</summary>
public sealed partial class ChartFileTests
{
    private const string Nasty = "a <b> & \"c\" 'd' ]]> \u0001 ü";

    private static readonly double[] Odd =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e-320, 1e200];

    public static TheoryData<string> Kinds => ["line", "bars", "heat map", "scatter", "histogram", "panels"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_svg_file_is_complete_and_on_white(string kind)
    {
        string svg = ChartFile.Svg(Create(kind, [0.2, 0.5, 0.9]), new ChartColors());
        XElement root = XDocument.Parse(svg).Root!;
        Assert.Equal("http://www.w3.org/2000/svg", root.Name.NamespaceName);
        Assert.Equal(
            "#ffffff", root.Elements().First(child => child.Name.LocalName == "rect").Attribute("fill")!.Value);
        Assert.DoesNotContain("var(", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
        Assert.Single(AddressRegex().Matches(svg));   // the namespace
        Assert.NotEmpty(root.Attribute("aria-label")!.Value);
        Assert.Contains("0.9", root.Elements().First(child => child.Name.LocalName == "metadata").Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_text_is_shown_literally(string kind)
    {
        XElement root = XDocument.Parse(ChartFile.Svg(Create(kind, [0.2, 0.5]), new ChartColors())).Root!;
        Assert.Contains(
            root.Descendants().Where(element => element.Name.LocalName is "text" or "title"),
            element => element.Value.Contains("a <b> &", StringComparison.Ordinal));
        Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName == "b");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_values_leave_a_picture_without_numbers_that_are_not_finite(string kind)
        => Gen.Int[0, 9].Select(Gen.Double[-10, 10], (i, value) => i < Odd.Length ? Odd[i] : value).Array[0, 4].Sample(
            values =>
            {
                string svg = ChartFile.Svg(Create(kind, values), new ChartColors());
                _ = XDocument.Parse(svg);
                string marks = svg[Math.Max(0, svg.IndexOf("</metadata>", StringComparison.Ordinal))..];
                Assert.DoesNotMatch(@"NaN|Infinity|∞", marks);
            },
            iter: 60);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_png_is_the_same_drawing_at_twice_the_size(string kind)
    {
        Chart chart = Create(kind, [0.2, 0.5, 0.9]);
        var colors = new ChartColors();
        byte[] png = ChartFile.Png(chart, colors);
        Assert.True(Png.IsMarked(png));
        using SKBitmap picture = Pictures.Decode(png);
        Assert.Equal(((int)(2 * chart.Width), (int)(2 * chart.Height)), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(0, 0));
        DotMark? dot = chart.Draw(colors).Marks.OfType<DotMark>().FirstOrDefault(mark => mark.Opacity == 1);
        SKColor expected = SKColor.Parse(kind == "heat map" ? ChartColor.Heat.Light : ChartColor.OfSeries(0).Light);
        Assert.True(
            dot is null
                ? Enumerable.Range(0, picture.Width).Any(x => picture.GetPixel(x, picture.Height / 2) != SKColors.White)
                : picture.GetPixel((int)(2 * dot.Place.X), (int)(2 * dot.Place.Y)) == expected);
    }

    [Fact]
    public void The_same_name_has_the_same_color_in_every_chart()
    {
        var colors = new ChartColors("SimCLR", "supervised");
        LineChart Chart(params string[] names) => new(
            "t",
            new ChartAxis("x"),
            new ChartAxis("y"),
            [.. names.Select(name => ChartSeries.FromValues(name, [(1, 1)]))]);
        ChartColor Color(LineChart chart, int number)
            => chart.Draw(colors).Marks.OfType<DotMark>().TakeLast(chart.Series.Count).ElementAt(number).Color;
        Assert.Equal(Color(Chart("SimCLR", "supervised"), 1), Color(Chart("supervised", "other"), 0));
        Assert.NotEqual(Color(Chart("SimCLR", "supervised"), 0), Color(Chart("supervised", "SimCLR"), 0));
        Assert.Equal(ChartColor.OfSeries(2), colors["other"]);
    }

    [Fact]
    public void On_a_page_colors_are_variables_of_its_style()
    {
        string svg = SvgDrawing.ForPage(Create("line", [0.2, 0.5]).Draw(new ChartColors()), 1);
        Assert.DoesNotContain("#", svg.Replace("&#", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string styles = PageAsset.PageStyle + ChartColor.StyleSheet;
        Assert.All(
            VariableRegex().Matches(svg).Select(match => match.Groups[1].Value).Distinct(),
            variable => Assert.Contains($"{variable}: #", styles, StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_written_side_by_side()
    {
        using var folder = new TemporaryFolder();
        ChartFile.Write(folder.PathOf("report"), "figure", Create("bars", [0.3]), new ChartColors());
        Assert.StartsWith("<svg", File.ReadAllText(folder.PathOf("report/figure.svg")), StringComparison.Ordinal);
        Assert.True(Png.IsMarked(File.ReadAllBytes(folder.PathOf("report/figure.png"))));
    }

    [Fact]
    public void Tables_keep_full_precision_and_quote_what_must_be()
    {
        var table = new ChartTable(["arm|x", "value"], [["a,b", 1 / 3.0], ["=c", null], ["d|e", double.NaN]]);
        Assert.Equal("arm|x,value\n\"a,b\",0.3333333333333333\n\"'=c\",\nd|e,\n", table.Csv());
        Assert.Equal(
            "| arm\\|x | value |\n| --- | ---: |\n| a,b | 0.3333 |\n| =c | – |\n| d\\|e | – |\n", table.Markdown());
    }

    [Fact]
    public void The_data_of_panels_names_the_panel()
    {
        var panels = (ChartPanels)Create("panels", [0.25]);
        string[] lines = panels.Data().Csv().TrimEnd('\n').Split('\n');
        Assert.StartsWith("panel,series,", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    private static Chart Create(string kind, double[] values)
    {
        var categories = new ChartAxis(Nasty) { Categories = [.. values.Select(_ => Nasty)] };
        var y = new ChartAxis("y");
        ChartPoint[] points = [.. values.Select((value, i) => new ChartPoint(i, value)
        {
            Low = value - 0.1,
            High = value + 0.1,
            Singles = [value - 0.05, double.NaN],
        })];
        return kind switch
        {
            "line" => new LineChart(Nasty, new ChartAxis(Nasty) { IsLogarithmic = true }, y, [new(Nasty, points)])
            {
                References = [new ChartReference(Nasty, 0.4)],
                ShowsLegend = true,
            },
            "bars" => new BarChart(Nasty, categories, y, [new(Nasty, points), new("b", points)]),
            "heat map" => new HeatMap(
                Nasty, [Nasty], categories.Categories!, [[.. values.Select(value => new HeatCell(value, Nasty))]])
            {
                RowLabel = Nasty,
                ColumnLabel = Nasty,
                ShowsRowMeans = true,
            },
            "scatter" => new ScatterChart(
                Nasty, new ChartAxis("x"), y, [.. values.Select((v, i) => new ScatterPoint(Nasty, Nasty, i, v))])
            {
                ShowsTrend = true,
                Note = Nasty,
            },
            "histogram" => new Histogram(
                Nasty,
                new ChartAxis("x"),
                y,
                [new(Nasty, [.. Enumerable.Range(0, values.Length + 1).Select(i => (double)i)], values)]),
            _ => new ChartPanels(Nasty, [Create("line", values), Create("bars", values)], 2) is var panels
                && values.Length > 1 ? panels.Fitted() : new ChartPanels(
                    Nasty, [Create("line", values), Create("scatter", values)], 2).Fitted(),
        };
    }

    [GeneratedRegex("https?://")]
    private static partial Regex AddressRegex();

    [GeneratedRegex(@"var\((--[a-z0-9-]+)\)")]
    private static partial Regex VariableRegex();
}
