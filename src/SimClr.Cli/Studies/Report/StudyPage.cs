using System.Globalization;
using System.Security.Cryptography;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Cli.Reports;
using SimClr.Training;

namespace SimClr.Cli.Studies;

/// <summary>The page of a study: here and the paper side by side, claims, table, every run, cost.</summary>
internal sealed class StudyPage(StudyResults results, StudyFigure figure)
{
    private const int MaxSmallCharts = 60;
    private const int MaxPictures = 16;
    private const int MaxPoints = 120;

    private readonly Study study = results.Plan.Study;

    public ReportPage Create() => new($"{study.Paper.Item} · {study.Title}", Summary(), [.. Sections()]);

    /// <summary>Returns what was run, and how many claims hold, in one line.</summary>
    public string Summary()
    {
        IReadOnlyList<ClaimOutcome> claims = results.Claims;
        string open = claims.Count(claim => claim.Holds is null) is > 0 and var number ? $" ({number} not judged)" : "";
        string held = claims.Count == 0
            ? ""
            : $"{claims.Count(claim => claim.Holds == true)} of {Plural.Format(claims.Count, "claim")} "
                + $"{(claims.Count == 1 ? "holds" : "hold")}{open} · ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SimCLR §{study.Paper.Section}. {held}{results.Measured} of "
                + $"{Plural.Format(results.Cells.Count, "cell")} measured · "
                + $"{ProgressText.Span(results.Cost)} · {Plural.Format(results.Plan.Seeds.Count, "seed")} · "
                + $"{results.Record.Machine}.");
    }

    /// <summary>Returns the commands that repeat the study and its report.</summary>
    public IReadOnlyList<string> Commands()
    {
        StudyRecord record = results.Record;
        StudyScale scale = results.Plan.Scale;
        string usual = $"studies/{study.Name}-{record.Scale}";
        string root = results.Directory.Root;
        bool isUsual = Path.GetFileName(root) == Path.GetFileName(usual);
        string name = StudyCatalog.Names.Contains(study.Name) ? study.Name : results.Directory.StudyFile;
        string text = $"simclr study run {ShellText.Quote(name)} --scale {record.Scale}";
        text += record.Data.Name == scale.Data ? "" : $" --data {ShellText.Quote(record.Data.Name)}";
        text += record.Test is not { } test || test.Name == scale.Test ? "" : $" --test {ShellText.Quote(test.Name)}";
        text += record.Seeds.SequenceEqual(scale.Seeds) ? "" : $" --seeds {SeedList(record.Seeds)}";
        text += string.Concat(record.Overrides.Select(change => $" --set {ShellText.Quote(change)}"));
        text += isUsual ? "" : $" --out {ShellText.Quote(root)}";
        return [text, $"simclr study report {ShellText.Quote(isUsual ? usual : root)}"];
    }

    private IEnumerable<ReportSection> Sections()
    {
        ReportBlock[] charts = [.. Figure(), .. Pictures()];
        if (charts.Length > 0)
        {
            yield return new ReportSection(figure.Paper.Count > 0 ? "Here and in the paper" : "Here", charts);
        }

        if (results.Claims.Count > 0)
        {
            yield return new ReportSection(
                "Claims",
                new ReportClaims([.. results.Claims.Select(
                    claim => new ReportClaim(claim.Text, claim.Holds, claim.Finding))]));
        }

        yield return new ReportSection(
            "Results",
            new ReportGrid(
                StudyTables.Summary(results),
                "Means over the seeds. The column 'Over' says what the interval covers: the seeds (Student's t) or the "
                    + "test images."));
        if (StudyTables.Others(study.Paper) is { } others)
        {
            yield return new ReportSection("Other methods in the paper", new ReportGrid(others, study.Paper.Measure));
        }

        yield return new ReportSection("What differs from the paper", [.. Differences()]);
        if (Runs() is { Length: > 0 } runs)
        {
            yield return new ReportSection("Every run", runs);
        }

        yield return new ReportSection("Cost", new ReportFacts(Cost()));
        yield return new ReportSection(
            "Reproduce",
            new ReportLines(Commands()),
            new ReportParagraph("Relative paths are those of the folder in which the study was run."),
            new ReportParagraph("Beside this page: figure.svg and figure.png, results.csv, results.json, results.md."));
    }

    private IEnumerable<ReportBlock> Figure()
    {
        IReadOnlyList<Chart>[] blocks =
            [.. new[] { figure.Pairs, figure.Singles }.Where(charts => charts.Count > 0)];
        foreach ((int i, IReadOnlyList<Chart> charts) in blocks.Index())
        {
            yield return new ReportCharts(
                charts, figure.Colors, i == blocks.Length - 1 ? study.Paper.Note ?? "" : "");
        }
    }

    private IEnumerable<ReportBlock> Pictures()
    {
        var commands = new StudyCommands(
            results.Plan, results.Directory, results.Record.Data.Name, results.Record.Test?.Name);
        return results.Cells.Where(cell => cell.Record is not null && cell.Cell.Seed == results.Plan.Seeds[0])
            .SelectMany(cell => commands.MeasuresOf(cell.Cell).Select(
                measure => (cell.Cell.Title, File: commands.Picture(cell.Cell, measure))))
            .Where(picture => picture.File is not null
                && Path.GetExtension(picture.File) == ".png"
                && File.Exists(picture.File))
            .DistinctBy(picture => picture.File)
            .Take(MaxPictures)
            .Select(picture => (picture.Title, Bytes: File.ReadAllBytes(picture.File!)))
            .GroupBy(picture => Convert.ToHexString(SHA256.HashData(picture.Bytes)))   // one picture of several arms
            .Select(same => (Title: string.Join(", ", same.Select(picture => picture.Title)), same.First().Bytes))
            .Select(picture => new ReportPicture(picture.Bytes, picture.Title, picture.Title));
    }

    private IEnumerable<ReportBlock> Differences()
    {
        yield return new ReportFacts(
        [
            ("Here", results.Plan.Scale.About),
            ("Paper", study.Paper.Setting),
            ("Measure of the paper", study.Paper.Measure),
        ]);
        foreach (string difference in study.Differences)
        {
            yield return new ReportParagraph(difference);
        }
    }

    /// <summary>
    /// Returns loss and kNN of every run, one small chart per point of the grid and one line per seed.
    /// </summary>
    private ReportBlock[] Runs()
    {
        var groups = results.Cells.Where(cell => cell.Cell.Run is not null)
            .GroupBy(cell => cell.Cell.Title)
            .Select(group => (group.Key, Runs: group.DistinctBy(cell => cell.Cell.Run!.Name)
                .Select(cell => (cell.Cell.Seed, Run: Read(cell.Cell.Run!)))
                .Where(run => run.Run is not null)
                .ToArray()))
            .DistinctBy(group => string.Join('\n', group.Runs.Select(run => run.Run!.Run.Root)))
            .Where(group => group.Runs.Length > 0)
            .ToArray();
        var seeds = new ChartColors([.. results.Plan.Seeds.Select(SeedName)]);
        return [.. new[] { ("loss", "Loss"), ("knn", "kNN") }
            .Select(quantity => (ReportBlock?)Small(groups, quantity.Item1, quantity.Item2, seeds))
            .OfType<ReportBlock>()];
    }

    private static ReportCharts? Small(
        (string Title, (long Seed, RunSummary? Run)[] Runs)[] groups, string key, string name, ChartColors seeds)
    {
        bool isShare = key == "knn";
        LineChart[] charts =
        [
            .. groups.Take(MaxSmallCharts).Select(group => new LineChart(
                    group.Title,
                    new ChartAxis("epoch") { Min = 0 },
                    new ChartAxis(name) { IsPercent = isShare },
                    [.. group.Runs.Select(run => ChartSeries.FromValues(
                        SeedName(run.Seed), RunCourse.Of(run.Run!, key, MaxPoints)))
                        .Where(series => series.Points.Count > 0)])
                {
                    Width = 300,
                    Height = 220,
                })
                .Where(chart => chart.Series.Count > 0),
        ];
        string left = groups.Length > MaxSmallCharts ? $" The first {MaxSmallCharts} of {groups.Length}." : "";
        return charts.Length == 0 ? null : new ReportCharts(
            charts,
            seeds,
            $"{name} of each run over epochs, one line per seed; each chart has a y axis of its own.{left}")
        {
            AreSmall = true,
        };
    }

    private IReadOnlyList<(string, string)> Cost() =>
    [
        ("Training and measuring", HtmlText.Duration(results.Cost.TotalSeconds)),
        ("Runs", results.Plan.Runs.Count.ToString(CultureInfo.InvariantCulture)),
        ("Seeds", SeedList(results.Record.Seeds)),
        ("Training images", results.Record.Data.Text),
        ("Test images", results.Record.Test?.Text ?? "none"),
        ("Machine", results.Record.Machine),
        ("Version", $"simclr {results.Record.Version}"),
    ];

    private RunSummary? Read(StudyRun run)
    {
        string folder = results.Directory.Run(run);
        return new RunDirectory(folder).HasRun ? RunSummary.Read(folder) : null;
    }

    private static string SeedName(long seed) => string.Create(CultureInfo.InvariantCulture, $"seed {seed}");

    private static string SeedList(IEnumerable<long> seeds)
        => string.Join(',', seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture)));
}
