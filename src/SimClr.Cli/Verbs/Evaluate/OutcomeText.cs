using System.Globalization;
using SimClr.Cli.Progress;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>An <see cref="EvaluationOutcome"/> as text.</summary>
internal static class OutcomeText
{
    private const int MaxMistakes = 5;
    private const int MaxNameWidth = 30;

    public static string[] Accuracies(string title, EvaluationOutcome outcome)
    {
        string top5 = outcome.Top5 is { } share ? $", top-5 {WithInterval(share, outcome.Top5Interval!.Value)}" : "";
        return
        [
            $"{title}: top-1 {WithInterval(outcome.Top1, outcome.Top1Interval)}{top5}, mean per class "
                + $"{WithInterval(outcome.MeanPerClass, outcome.MeanPerClassInterval)} of "
                + $"{outcome.Labels.Count} test images",
            "in brackets: 95% intervals (bootstrap over the test images)",
        ];
    }

    public static string WithInterval(double share, Interval interval)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{ProgressText.Percent(share)} [{100 * interval.Low:F1}, {100 * interval.High:F1}]");

    public static IEnumerable<string> PerClass(EvaluationOutcome outcome)
    {
        int width = WidthOf(outcome.ClassNames);
        return
        [
            Line("class", "images", "right", "accuracy", "predicted", "precision"),
            .. outcome.PerClass.Select(row => Line(
                row.Name, row.Images.ToString(CultureInfo.InvariantCulture),
                row.Correct.ToString(CultureInfo.InvariantCulture), Percent(row.Accuracy),
                row.Predicted.ToString(CultureInfo.InvariantCulture), Percent(row.Precision))),
            .. Mistakes(outcome),
        ];

        string Line(string name, string images, string right, string accuracy, string predicted, string precision)
        {
            return $"{FitToWidth(name, width)} {images,7} {right,7} {accuracy,9} {predicted,13} {precision,10}";
        }
    }

    public static IEnumerable<string> PerClass(IReadOnlyList<ClassPrecision> classes)
    {
        int width = WidthOf(classes.Select(row => row.Name));
        return
        [
            $"{FitToWidth("class", width)} {"images",7} {"average precision",18}",
            .. classes.Select(row => $"{FitToWidth(row.Name, width)} "
                + $"{row.Images.ToString(CultureInfo.InvariantCulture),7} {Percent(row.AveragePrecision),18}"),
        ];
    }

    private static int WidthOf(IEnumerable<string> names)
        => Math.Clamp(names.Max(name => TerminalText.EscapeName(name).Length), 5, MaxNameWidth);

    private static string FitToWidth(string name, int width)
    {
        string shown = TerminalText.EscapeName(name);
        return (shown.Length > width ? shown[..(width - 1)] + "…" : shown).PadRight(width);
    }

    private static IEnumerable<string> Mistakes(EvaluationOutcome outcome)
    {
        int classes = outcome.Confusion.Classes;
        string[] most = [.. Enumerable.Range(0, classes)
            .SelectMany(label => Enumerable.Range(0, classes)
                .Where(taken => taken != label)
                .Select(taken => (label, taken, count: outcome.Confusion[label, taken])))
            .Where(mistake => mistake.count > 0)
            .OrderByDescending(mistake => mistake.count)
            .Take(MaxMistakes)
            .Select(mistake => TerminalText.EscapeName(
                $"{outcome.ClassNames[mistake.label]} predicted as "
                    + $"{outcome.ClassNames[mistake.taken]} ({mistake.count})"))];
        return most.Length == 0 ? [] : [$"most frequent mistakes: {string.Join(", ", most)}"];
    }

    private static string Percent(double? share) => share is { } value ? ProgressText.Percent(value) : "–";
}
