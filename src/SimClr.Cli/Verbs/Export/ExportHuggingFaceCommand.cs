using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Diagnostics;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr export hf RUN --out DIR</c>.</summary>
internal static class ExportHuggingFaceCommand
{
    public static Verb Create()
    {
        var run = new Argument<string>("RUN") { Description = "Run directory, or an encoder file written by 'simclr'" };
        var folder = new Option<string>("--out")
        {
            Description = "Output folder: new, or empty",
            HelpName = "DIR",
            Required = true,
        };
        var verb = new Verb(
            "hf",
            "Export an encoder as a folder in the layout of the Hugging Face hub.",
            "simclr export hf runs/photos --out photos-resnet50",
            "simclr embed photos-resnet50 ./photos --out photos.npy")
        {
            run, folder,
        };
        verb.Details =
        [
            "DIR receives model.safetensors with timm's names, config.json as timm writes it, and README.md, a model",
            "card with the accuracies recorded in RUN/evaluations. timm loads it with create_model('local-dir:DIR'),",
            "and it can be used wherever a run is expected. timm has ResNets of width 1 with the stem 'imagenet';",
            "others cannot be exported. The written folder is read back and compared.",
        ];
        return verb.Handle(context => Export(context, context.Value(run), context.Value(folder)!));
    }

    private static void Export(CommandContext context, string run, string folder)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        using TrainedEncoder encoder = TrainedEncoder.Load(run);
        RunSummary? summary = new RunDirectory(run).HasRun ? RunSummary.Read(run) : null;
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        IReadOnlyList<string> files = HuggingFaceFolder.Save(encoder, folder, ModelCard.Text(encoder, name, summary));
        double difference = WeightsCheck.MaxDifference(encoder, folder);
        long weights = encoder.Module.parameters().Sum(p => p.numel());
        context.Result(
            new JsonObject
            {
                ["file"] = files[0],
                ["folder"] = folder,
                ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(Path.GetFileName(file)))]),
                ["max_difference"] = difference,
                ["encoder"] = EncoderText.Json(encoder.Options),
                ["weights"] = weights,
            },
            string.Create(
                CultureInfo.InvariantCulture,
                $"wrote {folder}: {EncoderText.Describe(encoder.Options)}, {weights / 1e6:N1} million weights"),
            string.Create(CultureInfo.InvariantCulture, $"read back: largest difference {difference:G2}"),
            $"next: fill in license and data in {files[^1]} before you publish it");
    }
}
