using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate compare A B</c>.</summary>
internal static class EvaluateCompareCommand
{
    private const double Significant = 0.05;

    public static Verb Create()
    {
        var first = Predictions(
            "A", "Predictions of one evaluation (--predictions), or a folder with a predictions.csv");
        var second = Predictions("B", "Predictions of another evaluation on the same test images");
        Option<long?> samples = NumberOption.Integer(
            "--samples", "Number of random permutations. Default: 100000, as in the paper.", 1);
        return new Verb(
            "compare",
            "Test whether two evaluations on the same test images differ significantly (the paper's permutation test).",
            "simclr evaluate compare knn.csv linear.csv",
            "simclr evaluate compare runs/a/predictions.csv runs/b/predictions.csv --json")
        {
            Details =
            [
                "The predictions of the two evaluations are exchanged at random, image by image. p is the share of",
                "permutations with at least the observed difference, in either direction. The test says nothing about",
                "training runs with different seeds.",
                "",
                "For images of several classes (VOC 2007), the accuracy is the share of correct decisions about all",
                "images and classes, where a class is predicted at a probability above one half. The decisions about",
                "an image are exchanged together. Average precision, their usual measure, is printed and not tested.",
            ],
        }.With(first, second, samples).Handle(context => Compare(
            context,
            context.Value(first),
            context.Value(second),
            (int)(context.Value(samples) ?? PermutationTest.DefaultSamples)));
    }

    private static Argument<string> Predictions(string name, string description)
        => new(name) { Description = description };

    private static Verb With(this Verb verb, Argument<string> first, Argument<string> second, Option samples)
    {
        verb.Add(first);
        verb.Add(second);
        verb.Add(samples);
        return verb;
    }

    private static void Compare(CommandContext context, string first, string second, int samples)
    {
        if (MultiLabelScores.IsScores(first) && MultiLabelScores.IsScores(second))
        {
            CompareScores(context, first, second, samples);
            return;
        }

        var pair = PredictionPair.Match(PredictionsFile.Read(first), PredictionsFile.Read(second), first, second);
        ModelComparison found = PermutationTest.Compare(pair, samples, context.Seed ?? 0, context.Cancel);
        context.Result(Json(found, first, second), Lines(found, first, second));
    }

    private static void CompareScores(CommandContext context, string first, string second, int samples)
    {
        (MultiLabelScores a, MultiLabelScores b) = (MultiLabelScores.Read(first), MultiLabelScores.Read(second));
        var pair = MultiLabelPair.Match(a, b, first, second);
        MultiLabelComparison found = PermutationTest.Compare(pair, samples, context.Seed ?? 0, context.Cancel);
        (double precisionA, double precisionB) = (a.Measure(seed: 0).Value, b.Measure(seed: 0).Value);
        context.Result(
            new JsonObject
            {
                ["a"] = Side(first, found.AccuracyA, precisionA),
                ["b"] = Side(second, found.AccuracyB, precisionB),
                ["difference"] = found.Difference,
                ["interval"] = OutcomeJson.From(found.DifferenceInterval),
                ["p_value"] = found.PValue,
                ["samples"] = found.Samples,
                ["only_a_right"] = found.OnlyACorrect,
                ["only_b_right"] = found.OnlyBCorrect,
                ["decisions"] = found.Decisions,
                ["test_images"] = found.Images,
            },
            [
                Line("A", first, found.AccuracyA, precisionA),
                Line("B", second, found.AccuracyB, precisionB),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A − B: {100 * found.Difference:+0.00;-0.00;0.00} points of accuracy "
                        + $"[{100 * found.DifferenceInterval.Low:F2}, {100 * found.DifferenceInterval.High:F2}] on "
                        + $"{found.Decisions} decisions about {found.Images} test images; {found.OnlyACorrect} only A "
                        + $"got right, {found.OnlyBCorrect} only B"),
                Significance(found.PValue, found.Samples),
            ]);

        static JsonObject Side(string file, double accuracy, double precision) => new()
        {
            ["predictions"] = file,
            ["accuracy"] = accuracy,
            ["mean_average_precision"] = precision,
        };

        static string Line(string name, string file, double accuracy, double precision)
            => $"{name}, {file}: accuracy {ProgressText.Percent(accuracy)}, 11-point mAP "
                + $"{ProgressText.Percent(precision)}";
    }

    private static string Significance(double p, int samples) => string.Create(
        CultureInfo.InvariantCulture, $"p = {P(p)} (permutation test, {samples} samples): {Judgment(p)}");

    private static JsonObject Json(ModelComparison found, string first, string second) => new()
    {
        ["a"] = new JsonObject { ["predictions"] = first, ["top1"] = found.Top1A },
        ["b"] = new JsonObject { ["predictions"] = second, ["top1"] = found.Top1B },
        ["difference"] = found.Difference,
        ["interval"] = OutcomeJson.From(found.DifferenceInterval),
        ["p_value"] = found.PValue,
        ["mean_per_class_difference"] = found.MeanPerClassDifference,
        ["mean_per_class_p_value"] = found.MeanPerClassPValue,
        ["samples"] = found.Samples,
        ["only_a_right"] = found.OnlyACorrect,
        ["only_b_right"] = found.OnlyBCorrect,
        ["both_right"] = found.BothCorrect,
        ["both_wrong"] = found.BothWrong,
        ["test_images"] = found.Images,
    };

    private static string[] Lines(ModelComparison found, string first, string second) =>
    [
        $"A, {first}: top-1 {ProgressText.Percent(found.Top1A)}",
        $"B, {second}: top-1 {ProgressText.Percent(found.Top1B)}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"A − B: {100 * found.Difference:+0.0;-0.0;0.0} points [{100 * found.DifferenceInterval.Low:F1}, "
                + $"{100 * found.DifferenceInterval.High:F1}] on {found.Images} test images; "
                + $"{found.OnlyACorrect} only A got right, {found.OnlyBCorrect} only B"),
        Significance(found.PValue, found.Samples),
        string.Create(
            CultureInfo.InvariantCulture,
            $"mean per class: {100 * found.MeanPerClassDifference:+0.0;-0.0;0.0} points, p = "
                + $"{P(found.MeanPerClassPValue)}"),
    ];

    private static string P(double value) => value.ToString(value < 0.001 ? "G2" : "F3", CultureInfo.InvariantCulture);

    private static string Judgment(double p) => p < Significant
        ? "the difference is unlikely to be chance on these images"
        : "the difference may be chance on these images";
}
