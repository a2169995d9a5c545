using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr evaluate contrastive RUN --data D</c>.</summary>
internal static class EvaluateContrastiveCommand
{
    public static Verb Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run directory" };
        var data = new Option<string>("--data")
        {
            Description = "Images; labels are not needed",
            HelpName = "DATA",
            Required = true,
        };
        Option<long?> candidates = NumberOption.Integer(
            "--candidates",
            "Candidates for each view, one of which belongs to it. Default: 4096, or all images if there are fewer.",
            2);
        Option<string[]> set = ReadingOption.Create("the run's configuration");
        var verb = new Verb(
            "contrastive",
            "Contrastive accuracy and entropy on any images (paper, Table 5).",
            "simclr evaluate contrastive runs/photos --data ./others",
            "simclr evaluate contrastive runs/clothes --data sample:test --candidates 256 --json")
        {
            Details =
            [
                "Each image is drawn in two random views, as in training. Which of N second views belongs to a first",
                "view? Accuracy is the share of images whose own view is the most similar; entropy (in nats, at most",
                "ln N) is that of the softmax of the similarities at the run's temperature. Similarity is that of the",
                "run's loss, on z. Batch norm uses its running statistics.",
            ],
        };
        verb.Add(run);
        foreach (Option option in new Option[] { data, candidates, set })
        {
            verb.Add(option);
        }

        return verb.Handle(context => Evaluate(
            context, context.Value(run), context.Value(data)!, context.Value(set), (int?)context.Value(candidates)));
    }

    private static void Evaluate(CommandContext context, string run, string data, string[]? changes, int? candidates)
    {
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        RunRecord record = ReadRecord(run);
        var options = new ContrastiveOptions
        {
            Candidates = candidates,
            Temperature = record.Configuration.Loss.Temperature,
            Normalize = record.Configuration.Loss.Normalize,
            Seed = context.Seed ?? 0,
        };
        string layer = record.Configuration.Head.Kind == HeadKind.None ? TrainedHead.H : TrainedHead.Z;
        DataOptions reading = EncoderInput.ReadingOf(run, changes);
        using ImageDataSet images = context.OpenImages(data, reading);
        using TrainedEncoder encoder = TrainedHead.LoadEncoder(run, layer, device);
        ContrastiveResult result = Display.Show(context, display => ContrastiveProbe.Run(
            encoder, images, options, reading, display.Images("embedding views", 2 * images.Count), context.Cancel));
        context.Result(Json(result, options, layer), Lines(result, options));
    }

    private static RunRecord ReadRecord(string run)
    {
        var directory = new RunDirectory(run);
        if (!directory.HasRun)
        {
            throw new ConfigurationException(
                $"{run}: the views and the temperature are those of a run; expected a directory with run.json");
        }

        RunRecord record = RunRecord.Read(directory.RunFile);
        return record switch
        {
            { Task: not RunRecord.Pretraining } => throw new ConfigurationException(
                $"{run}: this run is {record.Task} and has no contrastive task; expected one of 'simclr pretrain'"),
            { CustomAugmentation: { } type } => throw new ConfigurationException(
                $"{run}: its views are changed by {type}, a custom augmentation, which only C# can draw"),
            _ => record,
        };
    }

    private static JsonObject Json(ContrastiveResult result, ContrastiveOptions options, string layer) => new()
    {
        ["contrastive_accuracy"] = result.Accuracy,
        ["contrastive_accuracy_interval"] = OutcomeJson.From(result.Interval),
        ["entropy"] = result.Entropy,
        ["max_entropy"] = Math.Log(result.Candidates),
        ["candidates"] = result.Candidates,
        ["temperature"] = options.Temperature,
        ["normalize"] = options.Normalize,
        ["layer"] = layer,
        ["images"] = result.Images,
        ["skipped_images"] = result.SkippedImages,
    };

    private static IEnumerable<string> Lines(ContrastiveResult result, ContrastiveOptions options) =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"contrastive accuracy {OutcomeText.WithInterval(result.Accuracy, result.Interval)} among "
                + $"{result.Candidates} candidates, chance {100.0 / result.Candidates:G3}%"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"entropy {result.Entropy:F2} nats of at most {Math.Log(result.Candidates):F2} (temperature "
                + $"{options.Temperature}{(options.Normalize ? "" : ", dot products")})"),
        $"{result.Images} images",
        .. result.SkippedImages > 0
            ? [$"{result.SkippedImages} image(s) could not be read and were left out"]
            : Array.Empty<string>(),
    ];
}
