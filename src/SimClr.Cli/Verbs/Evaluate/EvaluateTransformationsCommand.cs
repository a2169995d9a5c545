using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate transformations RUN --train D --test D</c>.</summary>
internal static class EvaluateTransformationsCommand
{
    private const int DefaultLimit = 5000;

    public static Verb Create()
    {
        var arguments = new EvaluationArguments(labeled: false);
        Option<long?> views = NumberOption.Integer("--views", "Random views of each image. Default: 1.", 1);
        Option<long?> limit = NumberOption.Integer(
            "--limit",
            $"Maximum number of images of each set; a larger set is sampled by seed. Default: {DefaultLimit}.",
            2);
        var verb = new Verb(
            "transformations",
            "Predict which transformation was applied to an image: what h and z keep (paper, Table 3).",
            "simclr evaluate transformations runs/photos --train ./photos --test ./others",
            "simclr evaluate transformations runs/photos --train ./photos --test ./others --layer z --json")
        {
            Details =
            [
                "No labels are needed. Each view of training (crop, flip, color distortion) is shown in color and",
                "gray, rotated by 0, 90, 180 and 270 degrees, with Gaussian noise (corrupted), and after Sobel",
                "filtering. Logistic regression learns to tell them apart; λ is chosen on a fifth of the training",
                "images. All kinds are equally frequent, so chance is 50%, and 25% for rotation. Compare --layer h",
                "with --layer z: the head discards what the loss asks it to ignore.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(arguments.Layer);
        verb.Add(views);
        verb.Add(limit);
        return verb.Handle(context => Evaluate(
            context,
            arguments,
            new TransformationOptions { Views = (int)(context.Value(views) ?? 1), Seed = context.Seed ?? 0 },
            (int)(context.Value(limit) ?? DefaultLimit)));
    }

    private static void Evaluate(
        CommandContext context, EvaluationArguments arguments, TransformationOptions options, int limit)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        string run = context.Value(arguments.Run);
        string layer = context.Value(arguments.Layer) ?? TrainedHead.H;
        DataOptions reading = EncoderInput.ReadingOf(run, context.Value(arguments.Set));
        using ImageDataSet allTrain = context.OpenImages(context.Value(arguments.Train)!, reading);
        using ImageDataSet allTest = context.OpenImages(context.Value(arguments.Test)!, reading);
        ImageDataSet train = Sample(allTrain, limit, options.Seed);
        ImageDataSet test = Sample(allTest, limit, options.Seed);
        using TrainedEncoder encoder = TrainedHead.LoadEncoder(run, layer, device);
        int overlap = SetNotes.OverlapOf(context).Count(test, train).Count;
        TransformationResult result = Display.Show(context, display => TransformationProbe.Run(
            encoder, train, test, options, reading,
            display.Images(
                "embedding views", (train.Count + test.Count) * options.Views * TransformationProbe.Renderings),
            context.Cancel));
        context.Result(Json(result, options, layer, overlap), Lines(result, layer, overlap));
    }

    private static ImageDataSet Sample(ImageDataSet images, int limit, long seed)
        => images.Count <= limit
            ? images
            : images.Subset(
                [.. new RandomStream(seed, Purpose.Split, 3).Permutation(images.Count).Take(limit).Order()]);

    private static JsonObject Json(
        TransformationResult result, TransformationOptions options, string layer, int overlap) => new()
        {
            ["layer"] = layer,
            ["transformations"] = new JsonObject(result.Accuracies.Select(row => KeyValuePair.Create(
                row.Name,
                (JsonNode?)new JsonObject
                {
                    ["accuracy"] = row.Accuracy,
                    ["interval"] = OutcomeJson.From(row.Interval),
                    ["chance"] = row.Chance,
                    ["l2"] = row.L2,
                }))),
            ["views"] = options.Views,
            ["train_images"] = result.TrainImages,
            ["test_images"] = result.TestImages,
            ["overlap"] = overlap,
            ["skipped_images"] = result.SkippedImages,
        };

    private static IEnumerable<string> Lines(TransformationResult result, string layer, int overlap) =>
    [
        $"transformations predicted from {layer}, in brackets: 95% intervals (bootstrap over the test images)",
        .. result.Accuracies.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"  {row.Name.Replace('_', ' '),-22} {OutcomeText.WithInterval(row.Accuracy, row.Interval)}, chance "
                + $"{ProgressText.Percent(row.Chance)}")),
        $"{result.TrainImages} training images, {result.TestImages} test images",
        .. overlap > 0 ? [$"warning: {overlap} test images are training images too"] : Array.Empty<string>(),
        .. result.SkippedImages > 0
            ? [$"{result.SkippedImages} image(s) could not be read and were left out"]
            : Array.Empty<string>(),
    ];
}
