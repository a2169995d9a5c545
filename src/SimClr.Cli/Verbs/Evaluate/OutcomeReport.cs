using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>Says what a measure found: accuracies with their intervals, and what <see cref="OutcomeOptions"/> asked for.</summary>
internal sealed class OutcomeReport(CommandContext context, bool perClass, OutputFile? predictions)
{
    /// <summary>Writes the predictions and prints the result.</summary>
    /// <param name="outcome">What was found.</param>
    /// <param name="title">What was measured, in a few words: "kNN (k 20)".</param>
    /// <param name="more">The verb's own keys; they follow those of the outcome.</param>
    /// <param name="background">The verb's own lines; they follow the accuracies.</param>
    /// <param name="notes">What must be known of the images.</param>
    public void Show(EvaluationOutcome outcome, string title, JsonObject more, IEnumerable<string> background, SetNotes notes)
    {
        predictions?.Write(stream => PredictionsFile.Write(stream, outcome));
        JsonObject json = OutcomeJson.From(outcome, perClass);
        foreach ((string key, JsonNode? value) in more.ToArray())
        {
            more.Remove(key);
            json[key] = value;
        }

        notes.AddTo(json);
        if (predictions is not null)
        {
            json["predictions"] = predictions.Path;
        }

        List<string> lines = [.. OutcomeText.Accuracies(title, outcome), .. background, .. notes.Lines];
        lines.AddRange(perClass ? OutcomeText.PerClass(outcome) : []);
        lines.AddRange(predictions is null ? [] : [$"predictions: {predictions.Path}"]);
        context.Result(json, lines);
    }
}
