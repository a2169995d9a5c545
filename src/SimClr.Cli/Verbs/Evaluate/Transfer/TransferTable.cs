using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Cli.Progress;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The results of the transfer suite compared with those of the paper, as text, JSON and an HTML page.
/// </summary>
internal sealed class TransferTable(
    TransferInputs request,
    EncoderOptions encoder,
    ViewOptions views,
    IReadOnlyList<TransferResult> results,
    IReadOnlyList<TransferSet> absent,
    long seed)
{
    private const string Mark = "*";
    private const string PartialNote = "incomplete set, not comparable with the paper";

    private string Protocol => request.FromScratch ? "training from random weights"
        : request.Protocol == TransferInputs.Linear ? "linear evaluation"
        : "fine-tuning";

    public IEnumerable<string> Lines(string? report)
    {
        string[] kinds = ["", "", "", "", .. TransferCatalog.Paper.Select(row => row.Short.Split(' ')[0])];
        string[] headings =
        [
            "", "measure", "this run", "95% interval", .. TransferCatalog.Paper.Select(row => row.Short.Split(' ')[1]),
        ];
        string[][] cells = [kinds, headings, .. results.Select(Cells)];
        int[] widths = [.. headings.Select((_, column) => cells.Max(row => row[column].Length))];
        IEnumerable<string> lines = cells.Select(row => string.Join("  ", row.Select((cell, column)
            => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        string[] marked = results.Any(result => result.IsPartial) ? [$"{Mark} {PartialNote}"] : [];
        string[] missing = absent.Count > 0 ? [$"missing: {string.Join(", ", absent.Select(set => set.Title))}"] : [];
        return
        [
            $"transfer by {Protocol} at {views.Size} pixels, in percent; "
                + "the last columns are the paper's ResNet-50, 1× and 4×:",
            "linear evaluation (lin), linear evaluation of supervised encoders (sup), "
                + "fine-tuning (tuned), fine-tuning of",
            "supervised encoders (sup-t), training from random weights (rand)",
            "",
            .. lines,
            "",
            .. marked,
            .. missing,
            "chosen on validation images: "
                + $"{string.Join("; ", results.Select(result => $"{result.Set.Title} {Chosen(result)}"))}",
            .. Skipped(),
            .. request.PerClass
                ? results.SelectMany(result => (string[])["", result.Set.Title, .. Classes(result)])
                : [],
            .. report is null ? Array.Empty<string>() : [$"report: {Path.GetFullPath(report)}"],
        ];
    }

    public JsonObject Json(string? report) => new()
    {
        ["protocol"] = request.Protocol,
        ["from_scratch"] = request.FromScratch,
        ["run"] = request.Run,
        ["pixels"] = views.Size,
        ["seed"] = seed,
        ["sets"] = new JsonArray([.. results.Select(result => Json(result, request.PerClass))]),
        ["absent"] = new JsonArray([.. absent.Select(set => JsonValue.Create(set.Name))]),
        ["paper"] = new JsonArray([.. TransferCatalog.Paper.Select(Json)]),
        ["report"] = report,
    };

    public string Html(double seconds) => HtmlReport.Html(new ReportPage(
        "Transfer evaluation",
        Summary(),
        [
            new ReportSection("Comparison with the paper", [Table(), .. Notes()]),
            new ReportSection(
                "Reproduce this run",
                new ReportReproduction(
                    request.CommandLine(seed),
                    ConfigurationText.ToYaml(new JsonObject
                    {
                        ["encoder"] = JsonSerializer.SerializeToNode(
                            encoder with { Weights = null }, Internals.Json.Compact),
                        ["views"] = JsonSerializer.SerializeToNode(views, Internals.Json.Compact),
                    }),
                    seed,
                    $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
                    $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, "
                        + $"{ComputeEnvironment.Cores} cores",
                    seconds)),
        ]));

    private static string MeasureOf(TransferSet set) => set.Metric switch
    {
        TransferMetric.Top1 => "top-1",
        TransferMetric.MeanPerClass => "mean per class",
        _ => "11-point mAP",
    };

    private static string MetricName(TransferSet set) => set.Metric switch
    {
        TransferMetric.Top1 => "top1",
        TransferMetric.MeanPerClass => "mean_per_class",
        _ => "mean_average_precision",
    };

    private static string[] Cells(TransferResult result) =>
    [
        result.Set.Title + (result.IsPartial ? Mark : ""),
        MeasureOf(result.Set),
        Percent(100 * result.Value),
        $"{Percent(100 * result.Interval.Low)} – {Percent(100 * result.Interval.High)}",
        .. TransferCatalog.Paper.Select(row => Percent(TransferCatalog.PaperPercent(row, result.Set.Name))),
    ];

    private static string Percent(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Returns the result of a set as JSON.</summary>
    public static JsonObject Json(TransferResult result, bool perClass)
    {
        JsonObject json = Known(result);
        if (perClass && result.Outcome is { } outcome)
        {
            OutcomeJson.AddPerClass(json, outcome);
        }
        else if (perClass)
        {
            json["per_class"] = OutcomeJson.From(result.Scores!.PerClass);
        }

        foreach ((string name, double value) in result.Chosen)
        {
            json[name] = value;
        }

        if (result.Search.Count > 0)
        {
            json["search"] = new JsonArray([.. result.Search.Select(tried => new JsonObject
            {
                ["rate"] = tried.Rate,
                ["weight_decay"] = tried.WeightDecay,
                [MetricName(result.Set)] = tried.Score,
            })]);
        }

        return json;
    }

    private static JsonObject Known(TransferResult result) => new()
    {
        ["name"] = result.Set.Name,
        ["title"] = result.Set.Title,
        ["metric"] = MetricName(result.Set),
        ["value"] = result.Value,
        ["interval"] = new JsonArray(result.Interval.Low, result.Interval.High),
        ["validation"] = result.Validation,
        ["classes"] = result.ClassNames.Count,
        ["train_images"] = result.TrainImages,
        ["test_images"] = result.TestImages,
        ["skipped_images"] = result.SkippedImages,
        ["partial"] = result.IsPartial,
    };

    private JsonObject Json(PaperTransfer row) => new()
    {
        ["name"] = row.Name,
        ["values"] = new JsonObject(
            [.. results.Select(result => KeyValuePair.Create(
                result.Set.Name, (JsonNode?)Math.Round(TransferCatalog.PaperPercent(row, result.Set.Name) / 100, 3)))]),
    };

    private static IEnumerable<string> Classes(TransferResult result)
        => result.Outcome is { } outcome
            ? OutcomeText.PerClass(outcome)
            : OutcomeText.PerClass(result.Scores!.PerClass);

    private string[] Skipped()
    {
        int skipped = results.Sum(result => result.SkippedImages);
        return skipped == 0 ? []
            : [string.Create(CultureInfo.InvariantCulture, $"{skipped} image(s) could not be read and were left out")];
    }

    private string Summary() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Subject} ({encoder.Name}, width {encoder.Width}, {views.Size} pixels), evaluated on {results.Count} of the "
            + $"paper's twelve sets by {Protocol} (Appendix "
            + $"{(request.Protocol == TransferInputs.Linear ? "B.8.1" : "B.8.2")}).");

    private string Subject
        => request.FromScratch ? "An untrained encoder" : "An encoder pre-trained without these sets";

    private ReportTable Table() => new(
        "Percent on the test images. The other rows are the paper's results, with ResNet-50 at 224 pixels.",
        [.. results.Select(
            result => new ReportMeasure(result.Set.Title + (result.IsPartial ? Mark : ""), Meaning(result)))],
        [
            new ReportRow(request.Run, [.. results.Select(result => (double?)result.Value)], Highlight: true),
            .. TransferCatalog.Paper.Select(row => new ReportRow(
                row.Name,
                [.. results.Select(result => (double?)(TransferCatalog.PaperPercent(row, result.Set.Name) / 100))])),
        ]);

    private static string Meaning(TransferResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{MeasureOf(result.Set)}, 95% interval {ProgressText.Percent(result.Interval.Low)} to "
            + $"{ProgressText.Percent(result.Interval.High)}; chosen: "
            + $"{Chosen(result)}; {result.TrainImages:N0} training images, {result.TestImages:N0} test images, "
            + $"{result.ClassNames.Count} classes{(result.IsPartial ? $". {PartialNote}" : "")}.");

    private static string Chosen(TransferResult result)
        => string.Join(", ", result.Chosen.Select(
            setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Name} {setting.Value:G3}")))
            + (result.Search.Count > 0 ? $" of {result.Search.Count} settings" : "");

    private IEnumerable<ReportBlock> Notes()
    {
        string text = (absent.Count > 0 ? $"Missing: {string.Join(", ", absent.Select(set => set.Title))}." : "")
            + string.Concat(Skipped());
        if (text.Length > 0)
        {
            yield return new ReportParagraph(text);
        }
    }
}
