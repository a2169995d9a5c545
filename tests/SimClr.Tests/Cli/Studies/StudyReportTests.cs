using System.Text.Json.Nodes;
using System.Xml.Linq;
using SimClr.Cli.Reports;
using SimClr.Cli.Studies;
using SimClr.Tests.Cli.Reports;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Studies;

/// <summary>The report of a study whose cells were measured with known numbers.</summary>
public sealed class StudyReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Here_and_the_paper_have_charts_with_axes_of_their_own()
    {
        StudyFigure figure = new(Results([0, 1, 2]));
        var here = Assert.IsType<LineChart>(Assert.Single(figure.Here));
        var paper = Assert.IsType<LineChart>(Assert.Single(figure.Paper));
        Assert.Equal(["SimCLR", "supervised"], here.Names);
        Assert.Equal(here.Names, paper.Names);
        ChartPoint first = here.Series[0].Points[0];
        Assert.Equal(41, first.Value, 9);
        Assert.Equal(3, first.Singles.Count);
        Assert.InRange(first.Value, first.Low!.Value, first.High!.Value);
        Assert.Equal(59.6, paper.Series[0].Points[0].Value);
        Assert.Null(paper.Series[0].Points[0].Low);
    }

    [Fact]
    public void The_report_has_a_page_figures_and_tables()
    {
        StudyResults results = Results([0, 1, 2]);
        StudyReport.Write(results, new JsonObject { ["study"] = "color" });
        string report = results.Directory.ReportFolder;
        string html = File.ReadAllText(Path.Combine(report, "index.html"));
        Assert.StartsWith(HtmlReport.Beginning, html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.Contains(HtmlText.Escape("Table 1 · Strength of color distortion"), html, StringComparison.Ordinal);
        Assert.Contains("class=\"claims\"", html, StringComparison.Ordinal);
        Assert.Contains("3 seeds", html, StringComparison.Ordinal);
        _ = XDocument.Load(Path.Combine(report, "figure.svg"));
        using SkiaSharp.SKBitmap picture = Pictures.Decode(File.ReadAllBytes(Path.Combine(report, "figure.png")));
        Assert.True(picture.Width > picture.Height, "side by side");
        string[] csv = File.ReadAllLines(Path.Combine(report, "results.csv"));
        Assert.Equal("arm,strength,measure,seed,value,low,high,interval", csv[0]);
        Assert.Contains("SimCLR,1/8,linear,0,40,,,", csv);
        Assert.Equal(
            "color", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(report, "results.json")))!["study"]!);
        string markdown = File.ReadAllText(Path.Combine(report, "results.md"));
        Assert.Contains("| SimCLR | 1/8 |", markdown, StringComparison.Ordinal);
        Assert.Contains("![Table 1: here and in the paper](figure.svg)", markdown, StringComparison.Ordinal);
        Assert.Contains("simclr study run color --scale smoke --seeds 0,1,2", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_without_a_measured_cell_has_a_page_that_says_so()
    {
        StudyResults results = Results([]);
        StudyReport.Write(results, []);
        string html = File.ReadAllText(StudyReport.PageOf(results));
        Assert.Contains("0 of", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"not judged\"", html, StringComparison.Ordinal);
        Assert.Contains("no values", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_replaces_its_own_files_only()
    {
        StudyResults results = Results([0]);
        string mine = Path.Combine(results.Directory.ReportFolder, "results.md");
        Directory.CreateDirectory(results.Directory.ReportFolder);
        File.WriteAllText(mine, "my notes");
        Assert.Throws<SimClr.ConfigurationException>(() => StudyReport.Write(results, []));
        Assert.Equal("my notes", File.ReadAllText(mine));
        File.Delete(mine);
        StudyReport.Write(results, []);
        StudyReport.Write(results, []);
    }

    [Fact]
    public void Points_keep_the_order_of_the_scale_even_if_the_study_knows_others()
    {
        StudyPlan plan = StudyPlan.Create(StudyFile.Parse(StudyCatalog.Text("head"), "head"), "small", [0], []);
        var images = new StudyImages("a", 1, 1, "0123456789");
        var results = new StudyResults(
            plan,
            new StudyRecord("head", "small", [0], [], images, images, "1.0.0", ""),
            new StudyDirectory("/study"),
            [.. plan.Cells.Select(cell => (cell, (CellRecord?)new CellRecord(
                "head",
                cell.Arm.Name,
                [.. cell.Points.Select(point => point.Label)],
                cell.Seed,
                "1.0.0",
                null,
                false,
                0,
                new Dictionary<string, CellMeasurement> { ["linear"] = new("", 0.5, null, null, 0) })))]);

        var here = Assert.IsType<BarChart>(new StudyFigure(results).Pairs[0]);
        var paper = Assert.IsType<BarChart>(new StudyFigure(results).Pairs[1]);

        Assert.Equal(["16", "32", "64", "h", "256"], here.X.Categories);
        Assert.Equal(["32", "64", "128", "256", "512", "1024", "h"], paper.X.Categories);
    }

    /// <summary>
    /// Writes cells: SimCLR gains 2 points per strength, supervised loses 1; seeds differ by 1 point.
    /// </summary>
    private StudyResults Results(long[] measured)
    {
        Study study = StudyFile.Parse(StudyCatalog.Text("color"), "color");
        StudyPlan plan = StudyPlan.Create(study, "smoke", [0, 1, 2], []);
        var directory = new StudyDirectory(folder.PathOf("study"));
        foreach (StudyCell cell in plan.Cells.Where(cell => measured.Contains(cell.Seed)))
        {
            int strength = plan.Axes[0].Points.ToList().FindIndex(point => point.Label == cell.Points[0].Label);
            double value = cell.Arm.Name == "SimCLR" ? 0.4 + (0.02 * strength) : 0.6 - (0.01 * strength);
            StudyMeasure measure = study.Measures.First(one => cell.Arm.Measures.Contains(one.Name));
            new CellRecord(
                study.Name,
                cell.Arm.Name,
                [.. cell.Points.Select(point => point.Label)],
                cell.Seed,
                "0.1.0",
                null,
                false,
                60,
                new Dictionary<string, CellMeasurement>
                {
                    [measure.Name] = new("evaluate", value + (0.01 * cell.Seed), null, null, 5),
                }).Write(directory.CellFile(cell));
        }

        var record = new StudyRecord(
            study.Name,
            "smoke",
            [0, 1, 2],
            [],
            new("sample:", 8000, 640, "00"),
            new("sample:test", 2000, 400, "01"),
            "0.1.0",
            "a processor, 2 cores");
        return StudyResults.Collect(plan, record, directory);
    }
}
