using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>
/// Writes the report of a study to its folder <c>report</c>: <c>index.html</c>, <c>figure.svg</c>, <c>figure.png</c>,
/// <c>results.csv</c>, <c>results.json</c> and <c>results.md</c>.
/// </summary>
internal static class StudyReport
{
    private const string PageName = "index.html";
    private const string FigureName = "figure";

    private static readonly string[] Names =
        [PageName, $"{FigureName}.svg", $"{FigureName}.png", "results.csv", "results.json", "results.md"];

    /// <summary>Returns the path of the page.</summary>
    public static string PageOf(StudyResults results) => Path.Combine(results.Directory.ReportFolder, PageName);

    /// <summary>Writes the files.</summary>
    /// <param name="results">The results.</param>
    /// <param name="json">The results as the command prints them.</param>
    /// <exception cref="ConfigurationException">The folder holds other files of these names.</exception>
    public static void Write(StudyResults results, JsonObject json)
    {
        string folder = results.Directory.ReportFolder;
        string page = PageOf(results);
        RequireOwn(folder, page);
        var figure = new StudyFigure(results);
        var content = new StudyPage(results, figure);
        if (figure.Whole is { } whole)
        {
            ChartFile.Write(folder, FigureName, whole, figure.Colors);
        }

        AtomicFile.WriteText(Path.Combine(folder, "results.csv"), StudyTables.Values(results).Csv());
        AtomicFile.WriteText(Path.Combine(folder, "results.json"), json.ToJsonString(Json.Indented) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "results.md"), Markdown(results, content, figure.Whole is not null));
        HtmlReport.Write(page, content.Create());
    }

    /// <summary>Files are replaced only in a folder with a page of this program.</summary>
    private static void RequireOwn(string folder, string page)
    {
        string? foreign = Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (foreign is not null && !(File.Exists(page) && FileContents.IsPage(page)) && IsNotPart(folder))
        {
            throw new ConfigurationException(
                $"{foreign} exists, and there is no report of simclr in {folder}; move the file, so that it is not "
                    + "replaced");
        }
    }

    // A report that was interrupted has no page yet, but a figure with the mark of this program.
    private static bool IsNotPart(string folder)
        => Path.Combine(folder, $"{FigureName}.png") is var png && !(File.Exists(png) && FileContents.IsPicture(png));

    private static string Markdown(StudyResults results, StudyPage page, bool hasFigure)
    {
        Study study = results.Plan.Study;
        var text = new StringBuilder();
        text.Append(
            $"# {ChartTable.Escape($"{study.Paper.Item} · {study.Title}")}\n\n{page.Summary()}\n\n");
        if (hasFigure)
        {
            text.Append($"![{study.Paper.Item}: here and in the paper]({FigureName}.svg)\n\n");
        }

        foreach (ClaimOutcome claim in results.Claims)
        {
            string mark = claim.Holds switch { true => "✓", false => "✗", null => "?" };
            text.Append($"- {mark} {ChartTable.Escape(claim.Text)}<br>{ChartTable.Escape(claim.Finding)}\n");
        }

        text.Append($"\n{StudyTables.Summary(results).Markdown()}\n");
        if (StudyTables.Others(study.Paper) is { } others)
        {
            text.Append($"Other methods in the paper, {study.Paper.Measure}:\n\n{others.Markdown()}\n");
        }

        text.Append($"Here: {results.Plan.Scale.About}. Paper: {study.Paper.Setting}; {study.Paper.Measure}.\n\n");
        if (study.Paper.Note is { } note)
        {
            text.Append($"{note}\n\n");
        }

        text.Append("What differs from the paper:\n\n");
        foreach (string difference in study.Differences)
        {
            text.Append($"- {ChartTable.Escape(difference)}\n");
        }

        return text.Append($"\n```bash\n{string.Join('\n', page.Commands())}\n```\n").ToString();
    }
}
