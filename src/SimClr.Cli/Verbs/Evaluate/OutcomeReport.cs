using System.Diagnostics;
using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>
/// Reports the result of an evaluation: accuracies with their intervals, and the outputs requested by
/// <see cref="OutcomeOptions"/>.
/// </summary>
internal sealed class OutcomeReport(
    CommandContext context, bool perClass, OutputFile? predictions, bool keepsPredictions)
{
    private readonly long begin = Stopwatch.GetTimestamp();

    /// <summary>Writes the predictions and the record, and prints the result.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="title">A short name of the evaluation: "kNN (k 20)".</param>
    /// <param name="more">The verb's own keys, appended to those of the outcome.</param>
    /// <param name="background">The verb's own lines, printed after the accuracies.</param>
    /// <param name="notes">The notes on the images.</param>
    /// <param name="subject">What was evaluated, for the record.</param>
    public void Show(
        EvaluationOutcome outcome,
        string title,
        JsonObject more,
        IEnumerable<string> background,
        SetNotes notes,
        EvaluationSubject subject)
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

        string? record = EvaluationRecords.Write(
            context,
            subject,
            json,
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            stream => PredictionsFile.Write(stream, outcome),
            keepsPredictions,
            predictions?.Path);
        json["record"] = record;
        List<string> lines = [.. OutcomeText.Accuracies(title, outcome), .. background, .. notes.Lines];
        lines.AddRange(perClass ? OutcomeText.PerClass(outcome) : []);
        lines.AddRange(predictions is null ? [] : [$"predictions: {predictions.Path}"]);
        lines.AddRange(record is null ? [] : [$"record: {record}"]);
        context.Result(json, lines);
    }
}
