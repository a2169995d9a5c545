using System.Text.RegularExpressions;
using SimClr.Cli.Reports;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Reports;

public sealed partial class HtmlReportTests
{
    private static readonly byte[] Picture = Png.Draw(40, 20, _ => { });

    private static readonly Chart Drawing = new HeatMap(
        "A map", ["one"], ["left", "right"], [[new HeatCell(0.5), new HeatCell(null, "diverged")]]);

    private static readonly ReportTable Table = new(
        "Accuracies",
        [new("kNN", "By neighbors."), new("linear", "By a line.")],
        [
            new("pixels", [0.7684, null]),
            new("random <encoder>", [0.5, 0.75]),
            new("SimCLR", [0.76841, 0.9], Highlight: true),
        ]);

    [Fact]
    public void A_page_needs_nothing_from_outside()
    {
        string html = Page(
            new ReportPicture(Picture, "A picture", "Below", Scale: 2), Charts("A curve"), Table);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.All(
            Sources().Matches(html),
            match => Assert.StartsWith("data:", match.Groups[1].Value, StringComparison.Ordinal));
    }

    [Fact]
    public void No_style_or_script_ends_its_own_element()
        => Assert.All([PageAsset.PageStyle, PageAsset.MapStyle, PageAsset.MapScript, PageAsset.LabelingScript], text =>
        {
            Assert.NotEmpty(text);
            Assert.DoesNotContain("</", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<!--", text, StringComparison.Ordinal);
        });

    [Fact]
    public void Pictures_and_drawings_are_inside()
    {
        string html = Page(
            new ReportPicture(Picture, "A picture", "Below", Scale: 2), Charts("A curve"));
        Assert.Contains($"data:image/png;base64,{Convert.ToBase64String(Picture)}", html, StringComparison.Ordinal);
        Assert.Contains("width=\"20\" height=\"10\" alt=\"A picture\"", html, StringComparison.Ordinal);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("<title>one, right: diverged</title>", html, StringComparison.Ordinal);
        Assert.Contains("<figcaption>A curve</figcaption>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_drawings_do_not_share_the_names_of_their_parts()
    {
        string html = Page(Charts("One"), Charts("Two"));
        string[] names = [.. Names().Matches(html).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(names);
        Assert.Equal(names.Length, names.Distinct().Count());
        string[] used = [.. Uses().Matches(html).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(names));
    }

    [Fact]
    public void Markup_in_names_is_shown_as_text()
    {
        const string nasty = "a <b> & \"c\" 'd'";
        string html = HtmlReport.Html(new ReportPage(nasty, nasty,
        [
            new(
                nasty,
                new ReportParagraph(nasty),
                new ReportTable(nasty, [new(nasty, nasty)], [new(nasty, [0.5])]),
                new ReportPicture(Picture, nasty, nasty),
                Charts(nasty),
                new ReportReproduction(nasty, nasty, 1, nasty, nasty, 5)),
        ]));
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"c\"", html, StringComparison.Ordinal);
        Assert.Contains("<title>a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</title>", html, StringComparison.Ordinal);
        Assert.Equal(17, html.Split("a &lt;b&gt; &amp; &quot;c&quot;").Length - 1);
    }

    [Fact]
    public void Accuracies_are_percentages_and_the_best_of_each_column_is_bold()
    {
        string html = Page(Table);
        Assert.Contains("<strong>90.0%</strong>", html, StringComparison.Ordinal);
        Assert.Contains(">75.0%<", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<strong>75.0%", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("<strong>76.8%</strong>").Length - 1);
        Assert.Contains("<td class=\"none\">–</td>", html, StringComparison.Ordinal);
        Assert.Contains("<tr class=\"highlight\"><th scope=\"row\">SimCLR</th>", html, StringComparison.Ordinal);
        Assert.Contains("<dt>linear</dt><dd>By a line.</dd>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_row_has_no_best()
        => Assert.DoesNotContain(
            "<strong>", Page(new ReportTable("c", [new("m", "n")], [new("r", [0.5])])), StringComparison.Ordinal);

    [Fact]
    public void The_page_explains_how_to_reproduce_the_run()
    {
        string html = Page(
            new ReportReproduction("simclr demo --seed 4", "views:\n  size: 28\n", 4, "0.1.0", "2 cores", 312.4));
        Assert.Contains("<code>simclr demo --seed 4</code>", html, StringComparison.Ordinal);
        Assert.Contains("<code>views:\n  size: 28</code>", html, StringComparison.Ordinal);
        Assert.Contains("<dd>5 min 12 s (312 seconds)</dd>", html, StringComparison.Ordinal);
        Assert.Contains("<details>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(59.4, "59.4 seconds")]
    [InlineData(59.8, "1 min 0 s (60 seconds)")]
    [InlineData(243.7, "4 min 4 s (244 seconds)")]
    [InlineData(3599.9, "1 h 0 min (3600 seconds)")]
    public void The_parts_of_a_duration_add_up_to_the_whole(double seconds, string words)
        => Assert.Equal(words, HtmlText.Duration(seconds));

    [Fact]
    public void The_file_is_written_with_its_folder()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("new/report.html");
        var page = new ReportPage("t", "s", []);
        HtmlReport.Write(path, page);
        Assert.Equal(HtmlReport.Html(page), File.ReadAllText(path));
    }

    [Fact]
    public void Claims_have_their_verdicts_in_words_too()
    {
        string html = Page(new ReportClaims(
        [
            new("a <i> rises", true, "r = 0.9"), new("b rises", false, "r = 0.1"), new("c rises", null, "no cells"),
        ]));
        Assert.Contains("aria-label=\"holds\">✓</span><div>a &lt;i&gt; rises", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"does not hold\">✗</span>", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"not judged\">?</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"numbers\">r = 0.1</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_numbers_are_aligned_right()
    {
        string html = Page(new ReportGrid(
            new ChartTable(["arm <x>", "mean"], [["SimCLR", 0.5], ["supervised", null]]), "A table"));
        Assert.Contains(
            "<th scope=\"col\">arm &lt;x&gt;</th><th scope=\"col\" class=\"number\">mean",
            html,
            StringComparison.Ordinal);
        Assert.Contains("<td>supervised</td><td class=\"number\">–</td>", html, StringComparison.Ordinal);
    }

    private static ReportCharts Charts(string caption) => new([Drawing], new ChartColors(), caption);

    private static string Page(params ReportBlock[] blocks)
        => HtmlReport.Html(new ReportPage("A title", "A summary.", [new ReportSection("A heading", blocks)]));

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Sources();

    [GeneratedRegex("\\sid=\"([^\"]*)\"")]
    private static partial Regex Names();

    [GeneratedRegex("url\\(#([^)]*)\\)")]
    private static partial Regex Uses();
}
