using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate knn RUN --train D --test D</c>.</summary>
internal static class EvaluateKnnCommand
{
    private const int DefaultNeighbors = 20;
    private const double DefaultTemperature = 0.1;

    public static Verb Create()
    {
        var arguments = new EvaluationArguments();
        var asked = new OutcomeOptions();
        Option<long?> k = NumberOption.Integer("--k", $"Number of neighbors. Default: {DefaultNeighbors}.", 1);
        Option<double?> temperature = NumberOption.Positive(
            "--temperature",
            "Temperature of the vote; lower values give the nearest neighbors more weight. Default: 0.1.");
        var verb = new Verb(
            "knn",
            "Classify test images by a weighted vote of their nearest training images (kNN).",
            "simclr evaluate knn runs/photos --train ./labeled/train --test ./labeled/test",
            "simclr evaluate knn runs/clothes --train sample:train --test sample:test --k 50 --json")
        {
            Details =
            [
                "Neighbors are the nearest by the cosine of h; each votes with weight exp(cosine / temperature).",
                "Nothing is trained, and the test images are not used for any choice.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.Layer);
        verb.Add(k);
        verb.Add(temperature);
        asked.AddTo(verb);
        return verb.Handle(context => Evaluate(
            context,
            arguments,
            asked,
            (int)(context.Value(k) ?? DefaultNeighbors),
            context.Value(temperature) ?? DefaultTemperature));
    }

    private static void Evaluate(
        CommandContext context, EvaluationArguments arguments, OutcomeOptions outcomeOptions, int k, double temperature)
    {
        OutcomeReport report = outcomeOptions.Open(context, arguments);
        using EvaluationInputs input = EvaluationInputs.Open(context, arguments);
        KnnClassifier.CheckNeighbors(k, input.Train.Count);
        (EmbeddingTable train, EmbeddingTable test, int skipped) = Display.Show(context, display =>
        {
            (EmbeddingTable trainTable, int skippedTrain) = input.Embed(input.Train, display, context.Cancel);
            (EmbeddingTable testTable, int skippedTest) = input.Embed(input.Test, display, context.Cancel);
            return (trainTable, testTable, skippedTrain + skippedTest);
        });
        train.RequireDirections();
        test.RequireDirections();
        KnnResult result = KnnClassifier.Evaluate(train, test, k, temperature, context.Seed ?? 0);
        report.Show(
            result.Outcome,
            string.Create(
                CultureInfo.InvariantCulture,
                $"kNN (k {k}, temperature {temperature}{LayerOption.Title(input.Layer)})"),
            Json(result, temperature, input.Layer, skipped),
            EvaluationText.Background(result.TrainImages, result.Classes, skipped),
            input.Notes,
            input.Subject(context, arguments, "knn", new JsonObject { ["k"] = k, ["temperature"] = temperature }));
    }

    private static JsonObject Json(KnnResult result, double temperature, string layer, int skipped) => new()
    {
        ["layer"] = layer,
        ["k"] = result.K,
        ["temperature"] = temperature,
        ["train_images"] = result.TrainImages,
        ["test_images"] = result.TestImages,
        ["classes"] = result.Classes,
        ["skipped_images"] = skipped,
    };
}
