using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>An <see cref="EvaluationOutcome"/> as JSON.</summary>
internal static class OutcomeJson
{
    public static JsonObject From(EvaluationOutcome outcome, bool perClass)
    {
        var json = new JsonObject
        {
            ["top1"] = outcome.Top1,
            ["top1_interval"] = From(outcome.Top1Interval),
        };
        if (outcome.Top5 is { } top5)
        {
            json["top5"] = top5;
            json["top5_interval"] = From(outcome.Top5Interval!.Value);
        }

        json["mean_per_class"] = outcome.MeanPerClass;
        json["mean_per_class_interval"] = From(outcome.MeanPerClassInterval);
        if (perClass)
        {
            AddPerClass(json, outcome);
        }

        return json;
    }

    /// <summary>Adds the table of per-class results and the confusion matrix.</summary>
    public static void AddPerClass(JsonObject json, EvaluationOutcome outcome)
    {
        json["per_class"] = new JsonArray([.. outcome.PerClass.Select(From)]);
        json["confusion"] = From(outcome.Confusion);
    }

    /// <summary>Returns the per-class table for images with several classes.</summary>
    public static JsonArray From(IReadOnlyList<ClassPrecision> classes) => new([.. classes.Select(row => new JsonObject
    {
        ["class"] = row.Name,
        ["images"] = row.Images,
        ["average_precision"] = row.AveragePrecision,
    })]);

    public static JsonArray From(Interval interval) => [interval.Low, interval.High];

    private static JsonObject From(ClassAccuracy row) => new()
    {
        ["class"] = row.Name,
        ["images"] = row.Images,
        ["right"] = row.Correct,
        ["predicted"] = row.Predicted,
        ["accuracy"] = row.Accuracy,
        ["precision"] = row.Precision,
    };

    // One row per class, one column per predicted class.
    private static JsonArray From(ConfusionMatrix confusion) => new([.. Enumerable.Range(0, confusion.Classes)
        .Select(label => new JsonArray(
            [.. Enumerable.Range(0, confusion.Classes).Select(taken => JsonValue.Create(confusion[label, taken]))]))]);
}
