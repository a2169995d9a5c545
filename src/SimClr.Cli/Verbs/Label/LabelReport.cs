using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Embeddings;
using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary>The result of training on few labels as text, JSON, CSV and an HTML page.</summary>
internal sealed class LabelReport
{
    private readonly TableInputs input;
    private readonly EmbeddingTable table;
    private readonly KnownLabels known;
    private readonly FewLabelResult? model;
    private readonly int[] suggested;
    private readonly Dictionary<int, string> labels;

    public LabelReport(TableInputs input, KnownLabels known, FewLabelResult? model, int[] suggested)
    {
        (this.input, this.known, this.model, this.suggested) = (input, known, model, suggested);
        table = input.Table;
        labels = known.Rows.Zip(known.Labels, (row, label) => (row, known.ClassNames[label]))
            .ToDictionary(pair => pair.row, pair => pair.Item2);
    }

    private string Summary
        => string.Create(
            CultureInfo.InvariantCulture, $"{Plural.Format(table.Count, "image")}, {known.Rows.Length} labeled")
            + (known.ClassNames.Length > 0 ? $" as {Plural.Format(known.ClassNames.Length, "class")}" : "");

    public void WritePredictions(OutputFile? file)
    {
        if (file is not null)
        {
            CsvText.Write(
                file, "path,label,prediction,confidence", Enumerable.Range(0, table.Count).Select(row => new object?[]
                {
                    table.Paths[row], labels.GetValueOrDefault(row), Prediction(row),
                    Math.Round(model!.Confidence(row), 4),
                }));
        }
    }

    public void WriteNext(OutputFile? file)
    {
        if (file is not null)
        {
            IEnumerable<object?[]> before = known.Rows.Select(
                row => new object?[] { table.Paths[row], labels[row], null });
            CsvText.Write(file, "path,label,guess", before.Concat(
                suggested.Select(row => new object?[] { table.Paths[row], null, Prediction(row) })));
        }
    }

    public void WritePage(OutputFile file)
    {
        var gallery = new Gallery(table.Paths, input.Images);
        int[] shown = [.. suggested.Take(Gallery.MaxPictures)];
        var page = new ReportPage(
            "Images to label next",
            $"{Summary}. {Chosen}",
            [
                new ReportSection(
                    Plural.Format(suggested.Length, "image"),
                    new ReportParagraph(
                        (shown.Length < suggested.Length ? $"Only the first {shown.Length} are shown. " : "") +
                        "Type a label for each image (Enter moves to the next; leave uncertain ones empty), then save. "
                            + "Pass labels.csv to the next call as --labels."),
                    new ReportLabeling(
                        [.. shown.Select((row, i) => gallery.Picture(row, $"{i + 1}{Guess(row)}"))],
                        known.ClassNames,
                        [.. known.Rows.Select(row => (table.Paths[row], labels[row]))])),
            ]);
        file.Write(Encoding.UTF8.GetBytes(HtmlReport.Html(page)));
    }

    public IEnumerable<string> Lines(OutputFile? predictions)
    {
        string quality = model is null ? "" : $"; {Quality(model.Validation)}";
        string wrote = predictions is null ? "" : $"; wrote {predictions.Path}";
        return [.. suggested.Select(row => $"{table.Paths[row]}{Guess(row)}"), $"{Summary}{quality}{wrote}"];
    }

    public JsonObject Json(OutputFile? predictions, OutputFile? next, OutputFile? html) => new()
    {
        ["images"] = table.Count,
        ["dimension"] = table.Dimension,
        ["labeled"] = known.Rows.Length,
        ["classes"] = new JsonArray([.. known.ClassNames.Select(name => JsonValue.Create(name))]),
        ["unmatched"] = known.UnmatchedPaths,
        ["l2"] = model?.L2,
        ["converged"] = model?.Converged,
        ["cross_validation"] = model?.Validation is { } validation ? new JsonObject
        {
            ["accuracy"] = validation.Accuracy,
            ["low"] = validation.Interval.Low,
            ["high"] = validation.Interval.High,
            ["images"] = validation.Images,
            ["folds"] = validation.Folds,
        }
        : null,
        ["suggestions"] = new JsonArray([.. suggested.Select(row => JsonValue.Create(table.Paths[row]))]),
        ["skipped_images"] = input.Skipped,
        ["predictions"] = predictions?.Path,
        ["next"] = next?.Path,
        ["html"] = html?.Path,
    };

    private static string Quality(CrossValidation? validation) => validation is null
        ? "too few labels to estimate the accuracy"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy by {validation.Folds}-fold cross-validation {validation.Accuracy:0.0%} (95% interval "
                + $"{validation.Interval.Low:0.0%} to {validation.Interval.High:0.0%}, {validation.Images} images)");

    private string Chosen => model is null
        ? "The suggested images are the centers of the largest clusters without a label."
        : "The suggested images are those the classifier is most uncertain about, without look-alikes; "
            + $"{Quality(model.Validation)}.";

    private string? Prediction(int row) => model?.ClassNames[model.Predictions[row]];

    private string Guess(int row) => model is null
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" ({Prediction(row)}? {model.Confidence(row):0%})");
}
