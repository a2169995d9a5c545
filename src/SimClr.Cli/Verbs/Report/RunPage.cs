using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>A page on one run or several: each run has a color, and their curves are drawn over each other.</summary>
internal sealed class RunPage(IReadOnlyList<ReportedRun> runs)
{
    private readonly ChartColors colors = new(runs.Select(run => run.Name));

    public ReportPage Create() => new(
        runs is [var single] ? $"Run {single.Name}" : $"{runs.Count} runs",
        Summary(),
        [.. Sections()]);

    private string Summary()
    {
        if (runs is not [var run])
        {
            string states = string.Join(", ", runs.GroupBy(one => one.Summary.Status)
                .Select(group => $"{group.Count()} {group.Key.Text()}"));
            return $"{states}. Curves and results are drawn over each other; each run has one color.";
        }

        if (run.Summary.Record is not { } record)
        {
            return $"The run is {run.State}. Its configuration cannot be read.";
        }

        string knn = run.Summary.Latest("knn") is { } accuracy
            ? $" kNN on held-out training images: {HtmlText.Percent(accuracy)}."
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Configuration.Encoder.Name}, width {record.Configuration.Encoder.Width}, trained on "
                + $"{record.Data.Images:N0} images of {record.Data.Name} "
                + $"{(record.Task == RunRecord.Supervision ? "with" : "without")} labels: {run.State}.{knn}");
    }

    private IEnumerable<ReportSection> Sections()
    {
        yield return new ReportSection(
            runs.Count == 1 ? "Settings and health" : "Runs", [Overview(), .. Reasons(), .. Health(), .. Damage()]);
        yield return new ReportSection("Training", new ReportCharts(RunCurves.Create(runs), colors));
        if (runs.Any(run => run.Summary.Evaluations.Count > 0))
        {
            yield return new ReportSection("Evaluations", [.. Evaluations()]);
        }

        if (runs.Count > 1 && Differences() is { } differences)
        {
            yield return new ReportSection("Differences of configuration", differences);
        }

        yield return new ReportSection("Cost", Cost());
        yield return new ReportSection("Reproduce", [.. Reproduction()]);
    }

    private ReportBlock Overview()
    {
        (string Name, Func<ReportedRun, string> Value)[] facts =
        [
            ("State", run => run.State),
            ("Task", run => run.Summary.Record?.Task ?? "unknown"),
            ("Preset and differences", run => run.SettingText),
            ("Images", run => run.Summary.Record is { } record
                ? string.Create(CultureInfo.InvariantCulture, $"{record.Data.Images:N0} of {record.Data.Name}")
                : "unknown"),
            ("Last loss", run => Number(run.Summary.FinalLoss)),
        ];
        return runs is [var single]
            ? new ReportFacts([.. facts.Select(fact => (fact.Name, fact.Value(single)))])
            : new ReportGrid(
                new ChartTable(
                    ["Run", .. facts.Select(fact => fact.Name)],
                    [.. runs.Select(run => (IReadOnlyList<object?>)
                        [run.Name, .. facts.Select(fact => fact.Value(run))])]),
                "What was trained.");
    }

    private IEnumerable<ReportBlock> Health() => runs.Select(run => new ReportParagraph(
        $"{(runs.Count == 1 ? "The run" : run.Name)} "
            + (run.Health is { } health ? $"is {health}" : "has logged no state of health.")));

    private IEnumerable<ReportBlock> Reasons() => runs.Where(run => run.Reason is not null).Select(
        run => new ReportParagraph($"{(runs.Count == 1 ? "Last message" : run.Name)}: {run.Reason}"));

    private IEnumerable<ReportBlock> Damage()
        => runs.SelectMany(run => run.Summary.Unreadable)
            .Select(message => new ReportParagraph($"Not read: {message}"));

    private IEnumerable<ReportBlock> Evaluations()
    {
        (ReportedRun Run, EvaluationRecord Record)[] all =
            [.. runs.SelectMany(run => run.Summary.Evaluations.Select(record => (run, record)))];
        string[] titles = [.. all.Where(one => Result(one.Record) is not null)
            .Select(one => TitleOf(one.Record)).Distinct()];
        ChartSeries[] series =
        [
            .. runs.Select(run => new ChartSeries(
                run.Name,
                [.. titles.SelectMany((title, number) => run.Summary.Evaluations
                    .Where(record => TitleOf(record) == title && Result(record) is not null)
                    .TakeLast(1)
                    .Select(record => new ChartPoint(number, Result(record)!.Value)
                    {
                        Low = Interval(record)?.Low,
                        High = Interval(record)?.High,
                    }))])).Where(one => one.Points.Count > 0),
        ];
        if (series.Length > 0)
        {
            yield return new ReportCharts(
                [
                    new BarChart(
                        "Evaluations on test images",
                        new ChartAxis("") { Categories = titles },
                        new ChartAxis("accuracy") { IsPercent = true },
                        series)
                    {
                        Note = series.Any(one => one.Points.Any(point => point.Interval is not null))
                            ? "The newest of each kind; 95% intervals over the test images."
                            : "The newest of each kind.",
                    },
                ],
                colors);
        }

        yield return new ReportGrid(
            new ChartTable(
                ["Run", "Evaluation", "Test images", "Result", "95% interval", "Step", "Seconds", "Settings"],
                [.. all.Select(one => (IReadOnlyList<object?>)
                [
                    one.Run.Name,
                    TitleOf(one.Record),
                    one.Record.Data.TryGetValue("test", out RunRecord.DataRecord? test)
                        ? string.Create(CultureInfo.InvariantCulture, $"{test.Name} ({test.Images:N0})")
                        : null,
                    Result(one.Record) is { } result ? HtmlText.Percent(result) : null,
                    Interval(one.Record) is { } ends
                        ? $"{HtmlText.Percent(ends.Low)} – {HtmlText.Percent(ends.High)}"
                        : null,
                    one.Record.Encoder.Step is { } step ? $"{step}" : "last",
                    one.Record.Seconds is { } seconds ? Math.Round(seconds, 1) : null,
                    string.Join(", ", one.Record.Settings
                        .Where(setting => setting.Value is JsonValue)
                        .Select(setting => $"{setting.Key}={setting.Value}")),
                ])]),
            "Every recorded evaluation; intervals are over the test images, not over seeds.");
    }

    private ReportGrid? Differences()
    {
        JsonObject?[] all = [.. runs.Select(run => run.Summary.Record is { } record
            ? RunConfiguration.ToJson(record.Configuration)
            : null)];
        string[] keys = [.. runs.Select(run => run.Summary.Record?.Configuration).OfType<PretrainOptions>().ToArray()
            is [var first, .. var others]
                ? others.SelectMany(other => RunConfiguration.Differences(first, other))
                    .Select(found => found.Key)
                    .Distinct()
                : []];
        return keys.Length == 0 ? null : new ReportGrid(
            new ChartTable(
                ["Key", .. runs.Select(run => run.Name)],
                [.. keys.Select(key => (IReadOnlyList<object?>)
                    [key, .. all.Select(configuration => ValueOf(configuration, key))])]),
            "Keys that are not the same in all runs.");
    }

    private ReportGrid Cost() => new(
        new ChartTable(
            ["Run", "Training time", "Images per second (median)", "Max memory", "Machine", "Versions"],
            [.. runs.Select(run => (IReadOnlyList<object?>)
            [
                run.Name,
                run.Summary.Seconds is { } seconds ? ProgressText.Span(TimeSpan.FromSeconds(seconds)) : null,
                run.Summary.ImagesPerSecond is { } speed ? Math.Round(speed, 1) : null,
                run.Summary.Metrics.Max(row => row.TryGetValue("memory", out double bytes) ? bytes : (double?)null)
                    is { } most ? ByteSize.Format((long)most) : null,
                MachineOf(run.Summary.Record),
                run.Summary.Record is { Versions: { } versions }
                    ? $"simclr {versions.Simclr}, {versions.Runtime}, TorchSharp {versions.Torchsharp}"
                    : null,
            ])]),
        "Time of training over all sessions, without evaluations.");

    private IEnumerable<ReportBlock> Reproduction()
    {
        if (runs is [{ Summary.Record: { } record } run])
        {
            yield return new ReportReproduction(
                run.Command!,
                ConfigurationText.ToYaml(RunConfiguration.ToJson(record.Configuration)),
                record.Configuration.Seed,
                $"simclr {record.Versions.Simclr}",
                MachineOf(record)!,
                run.Summary.Seconds);
        }
        else
        {
            yield return new ReportLines([.. runs.Select(one => one.Command).OfType<string>()]);
        }

        yield return new ReportLines(
            [$"simclr report {string.Join(' ', runs.Select(one => ShellText.Quote(one.Summary.Run.Root)))}"]);
    }

    private static string TitleOf(EvaluationRecord record)
        => record.Settings["set"] is { } set ? $"{record.Kind} {set}" : record.Kind;

    private static double? Result(EvaluationRecord record)
        => Fraction(record.Results["top1"] ?? record.Results["value"]);

    private static (double Low, double High)? Interval(EvaluationRecord record)
        => (record.Results["top1_interval"] ?? record.Results["interval"]) is JsonArray { Count: 2 } ends
            && Fraction(ends[0]) is { } low
            && Fraction(ends[1]) is { } high
                ? (low, high)
                : null;

    private static double? Fraction(JsonNode? node)
        => node is JsonValue value && value.TryGetValue(out double number) ? number : null;

    private static string? MachineOf(RunRecord? record) => record?.Machine is not { } machine ? null
        : $"{machine.System}, {machine.Architecture}, {Plural.Format(machine.Cores, "core")}, {machine.Device}, "
            + $"{machine.Precision}, {Plural.Format(machine.Threads, "thread")}"
            + (machine.Ranks > 1 ? $", {machine.Ranks} ranks" : "");

    private static string? ValueOf(JsonObject? configuration, string key)
    {
        JsonNode? node = configuration;
        foreach (string part in key.Split('.'))
        {
            node = (node as JsonObject)?[part];
        }

        return configuration is null ? null : node?.ToString() ?? "null";
    }

    private static string Number(double? value) => value is { } number ? ChartNumber.Format(number) : "–";
}
