using System.Globalization;
using System.Text;
using SimClr.Checkpoints;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The model card of an exported encoder: what it is, how it takes images, and what was measured.</summary>
internal static class ModelCard
{
    /// <summary>Returns the text of the card.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="name">The name of its run.</param>
    /// <param name="summary">The run with its evaluations; null for an encoder file.</param>
    public static string Text(TrainedEncoder encoder, string name, RunSummary? summary)
    {
        var text = new StringBuilder();
        Append(text, "---", "library_name: timm", "tags:", "- image-feature-extraction", "- simclr", "- timm", "---");
        Append(text, $"# {name}", "");
        Append(
            text,
            $"A {encoder.Options.Name} that turns an image into {encoder.Dimension} numbers. It has no classifier.",
            "");
        if (encoder.Metadata.TryGetValue("trained", out string? trained))
        {
            Append(text, $"Trained: {trained}.", "");
        }

        if (summary?.Record is { } record)
        {
            Append(text, $"Images: {record.Data.Name}, {Count(record.Data.Images)} of them; task: {record.Task}.", "");
        }

        if (encoder.Metadata.TryGetValue("license", out string? license))
        {
            Append(text, $"Weights '{encoder.Metadata.GetValueOrDefault("weights")}', license: {license}.", "");
        }

        Append(
            text,
            "## Input",
            "",
            $"RGB, {encoder.Views.Size} × {encoder.Views.Size}, {encoder.Views.Interpolation.Text()}, normalization: "
                + $"{encoder.Views.Normalize.Text()}. `config.json` states it in timm's terms.",
            "");
        Append(text, "## Measured", "");
        EvaluationRecord[] measured =
            [.. (summary?.Evaluations ?? []).Where(evaluation => evaluation.Accuracy is not null)];
        Append(text, measured.Length == 0
            ? ["No evaluation is recorded with this encoder."]
            : ["| evaluation | images | accuracy | 95% interval |", "|---|---|---|---|", .. measured.Select(Row)]);
        Append(
            text,
            "",
            "## Use",
            "",
            "```python",
            "import timm",
            "model = timm.create_model(\"local-dir:.\", pretrained=True, num_classes=0).eval()    # in this folder",
            "```",
            "",
            "```sh",
            "simclr embed . ./photos --out photos.npy    # in this folder",
            "```");
        return text.ToString();
    }

    private static string Row(EvaluationRecord record)
    {
        string sets = string.Join(", ", record.Data.Select(
            set => $"{set.Key}: {set.Value.Name} ({Count(set.Value.Images)})"));
        string interval = record.AccuracyInterval is { } ends ? $"{Percent(ends.Low)} to {Percent(ends.High)}" : "";
        return $"| {RunRow.TitleOf(record)} | {sets} | {Percent(record.Accuracy!.Value)} | {interval} |";
    }

    private static string Percent(double share) => RunRow.Percent(share);

    private static string Count(int images) => images.ToString("N0", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, params IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            text.Append(line).Append('\n');
        }
    }
}
