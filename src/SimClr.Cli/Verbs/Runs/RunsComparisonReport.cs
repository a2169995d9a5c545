using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>How runs differ, as text and JSON.</summary>
/// <param name="runs">The runs; the others are compared with the first.</param>
/// <param name="differences">The differences of configuration.</param>
/// <param name="results">The comparisons of the first run with each of the others.</param>
internal sealed class RunsComparisonReport(
    IReadOnlyList<RunSummary> runs,
    IReadOnlyList<RunDifferences> differences,
    IReadOnlyList<IReadOnlyList<EvaluationComparison>> results)
{
    private const double Significant = 0.05;

    public JsonObject Json() => new()
    {
        ["runs"] = new JsonArray([.. runs.Select(run => RunRow.From(run, run.Run.Root).Json())]),
        ["differences"] = new JsonArray([.. differences.Select(found => new JsonObject
        {
            ["key"] = found.Key,
            ["values"] = new JsonArray([.. found.Values.Select(value => JsonNode.Parse(value))]),
        })]),
        ["results"] = new JsonArray([.. results.SelectMany((found, i) => found.Select(pair => Json(pair, i + 1)))]),
    };

    public IEnumerable<string> Lines() =>
    [
        .. Table([["", .. Names()], .. differences.Select(Cells)], "The configurations are the same."),
        "",
        .. Table([["", .. Names()], .. Measures()], ""),
        "",
        .. results.SelectMany((found, i) => found.Count > 0
            ? found.SelectMany(pair => Lines(pair, i + 1))
            : [$"{Name(0)} and {Name(i + 1)} have no evaluation of the same kind, images and settings."]),
    ];

    private static IEnumerable<string> Table(string[][] cells, string ifEmpty)
        => cells.Length > 1 ? RunRow.Align(cells, firstColumns: 1) : [ifEmpty];

    private IEnumerable<string> Names() => runs.Select((_, i) => Name(i));

    private string Name(int run) => TerminalText.EscapeName(runs[run].Run.Root);

    private static string[] Cells(RunDifferences found)
        => [found.Key, .. found.Values.Select(value => TerminalText.EscapeName(Plain(value)))];

    private static string Plain(string json) => JsonNode.Parse(json)?.ToString() ?? "none";

    private IEnumerable<string[]> Measures() =>
    [
        ["steps", .. runs.Select(run => $"{run.Step}")],
        ["loss", .. runs.Select(run => RunRow.Number(run.FinalLoss, "F3"))],
        ["kNN in training", .. runs.Select(run => RunRow.Percent(run.Latest("knn")))],
        ["find original", .. runs.Select(run => RunRow.Percent(run.Latest("find_original")))],
        ["images/s", .. runs.Select(run => RunRow.Number(run.ImagesPerSecond, "F0"))],
    ];

    private JsonObject Json(EvaluationComparison pair, int other) => new()
    {
        ["a"] = Side(pair.A, 0),
        ["b"] = Side(pair.B, other),
        ["kind"] = pair.A.Kind,
        ["set"] = pair.A.Settings["set"]?.DeepClone(),
        ["difference"] = pair.Difference,
        ["basis"] = pair.Test is null ? "intervals" : "permutation",
        ["interval"] = pair.Test is { } test ? OutcomeJson.From(test.DifferenceInterval) : null,
        ["p_value"] = pair.Test?.PValue,
        ["intervals_overlap"] = pair.IntervalsOverlap,
    };

    private JsonObject Side(EvaluationRecord record, int run) => new()
    {
        ["run"] = runs[run].Run.Root,
        ["record"] = record.Name,
        ["accuracy"] = record.Accuracy,
        ["interval"] = record.AccuracyInterval is { } interval ? OutcomeJson.From(interval) : null,
    };

    private IEnumerable<string> Lines(EvaluationComparison pair, int other)
    {
        string difference = pair.Difference is { } points
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * points:+0.0;-0.0;0.0} points")
            : "unknown";
        yield return $"{RunRow.TitleOf(pair.A)}: {Name(0)} {WithInterval(pair.A)}, {Name(other)} "
            + $"{WithInterval(pair.B)}; difference {difference}";
        yield return $"  {Judgment(pair)}";
    }

    private static string WithInterval(EvaluationRecord record) => record switch
    {
        { Accuracy: { } share, AccuracyInterval: { } interval } => OutcomeText.WithInterval(share, interval),
        _ => RunRow.Percent(record.Accuracy),
    };

    private static string Judgment(EvaluationComparison pair) => pair switch
    {
        { Test: { } test } => string.Create(
            CultureInfo.InvariantCulture,
            $"p = {test.PValue:G2} (permutation test on {test.Images} test images): the difference "
                + $"{(test.PValue < Significant ? "is unlikely to be" : "may be")} chance on these images"),
        { IntervalsOverlap: { } overlap } => $"by intervals, which {(overlap ? "overlap: the difference may be chance"
            : "do not overlap: the difference is unlikely to be chance")}. --keep-predictions in both evaluations allows "
                + "the permutation test",
        _ => "no test is possible: intervals are missing",
    };
}
