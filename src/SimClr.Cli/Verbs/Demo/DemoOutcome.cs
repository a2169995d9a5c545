using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>One row of the demo's table.</summary>
/// <param name="Key">The key in <c>--json</c>.</param>
/// <param name="Name">The name.</param>
/// <param name="Bank">The embeddings to search.</param>
/// <param name="Queries">
/// The embeddings to query with: the bank's own or, with held-out images, those of perturbed copies.
/// </param>
/// <param name="Quality">The measures; null without labels.</param>
internal sealed record DemoRow(
    string Key, string Name, EmbeddingTable Bank, EmbeddingTable Queries, RepresentationQuality? Quality);

/// <summary>The results of the demo.</summary>
/// <param name="Rows">Raw pixels, the untrained encoder, SimCLR.</param>
/// <param name="Training">The result of pre-training.</param>
/// <param name="TrainImages">The number of training images.</param>
/// <param name="TestImages">The number of held-out images.</param>
internal sealed record DemoOutcome(
    IReadOnlyList<DemoRow> Rows, PretrainResult Training, int TrainImages, int TestImages)
{
    /// <summary>The columns: key, heading, meaning and value.</summary>
    public static IReadOnlyList<
        (string Key, string Name, string Meaning, Func<RepresentationQuality, double> Value)> Measures
    { get; } =
    [
        ("knn", "kNN", "weighted vote of the 20 nearest training images", q => q.Knn),
        ("linear", "linear", "linear classifier trained on all labels", q => q.Linear),
        (
            "linear_10_per_class",
            "linear, 10 per class",
            "linear classifier trained on ten labels per class",
            q => q.LinearTenPerClass),
        (
            "knn_disturbed",
            "kNN, perturbed",
            "kNN on perturbed images: cropped to 50–100% of the area, mirrored, brightness and contrast × 0.6–1.4",
            q => q.KnnPerturbed),
        (
            "find_original",
            "find original",
            "share of perturbed images whose nearest held-out image is their own original",
            q => q.FindOriginal),
    ];

    public JsonObject Json(double seconds, string report, string run)
    {
        var json = new JsonObject();
        foreach (DemoRow row in Rows)
        {
            json[row.Key] = row.Quality is { } quality
                ? new JsonObject(
                    [.. Measures.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)Math.Round(m.Value(quality), 4)))])
                : null;
        }

        json["train_images"] = TrainImages;
        json["test_images"] = TestImages;
        json["final_loss"] = Training.FinalLoss;
        json["health"] = Training.Health?.Describe();
        json["seconds"] = Math.Round(seconds, 1);
        json["run"] = run;
        json["report"] = report;
        return json;
    }

    /// <summary>Returns the table in plain text, accuracies in percent.</summary>
    public IEnumerable<string> Table()
    {
        string[] headings = ["", .. Measures.Select(m => m.Name)];
        string[][] cells = [headings, .. Rows.Where(r => r.Quality is not null).Select(Cells)];
        int[] widths = [.. headings.Select((_, column) => cells.Max(row => row[column].Length))];
        return cells.Select(row => string.Join("  ", row.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));
    }

    private static string[] Cells(DemoRow row)
        => [
            row.Name,
            .. Measures.Select(m => (100 * m.Value(row.Quality!)).ToString("F1", CultureInfo.InvariantCulture)),
        ];
}
