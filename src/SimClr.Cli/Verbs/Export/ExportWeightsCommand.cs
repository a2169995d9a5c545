using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Diagnostics;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr export safetensors RUN --out FILE</c> and <c>simclr export pth RUN --out FILE</c>.</summary>
internal static class ExportWeightsCommand
{
    // The prefix of the head's weights. Those of the encoder have no prefix, as in torchvision.
    private const string Prefix = "projection.";

    public static Verb CreateSafetensors()
    {
        var projection = new Option<bool>("--projection")
        {
            Description =
                "Include the projection head, with names prefixed by 'projection.'; RUN must be a run directory",
        };
        Verb verb = Create(
            "safetensors", OutputKinds.Weights, projection,
            "Export an encoder's weights as a safetensors file with torchvision's names.",
            "simclr export safetensors runs/photos --out encoder.safetensors",
            "simclr export safetensors runs/photos --out model.safetensors --projection");
        verb.Add(projection);
        verb.Details =
        [
            "The names are those of torchvision's ResNets, without 'fc'. The metadata describes the encoder and",
            "its preprocessing, so that the file can be used wherever a run is expected. The written file is read",
            "back and compared.",
        ];
        return verb;
    }

    public static Verb CreatePth()
    {
        Verb verb = Create(
            "pth", OutputKinds.PyTorchWeights, projection: null,
            "Export an encoder's weights as a PyTorch file with torchvision's names.",
            "simclr export pth runs/photos --out encoder.pth");
        verb.Details =
        [
            "The file is a plain state dict: torch.load(FILE, weights_only=True). In torchvision:",
            "  model = torchvision.models.resnet50(); model.fc = torch.nn.Identity()",
            "  model.load_state_dict(torch.load(FILE), strict=True)",
            "An encoder with the stem for small images needs two more lines, which are printed. The written file",
            "is read back and compared.",
        ];
        return verb;
    }

    private static Verb Create(
        string name, OutputKind kind, Option<bool>? projection, string description, params string[] examples)
    {
        var run = new Argument<string>("RUN") { Description = "Run directory, or an encoder file written by 'simclr'" };
        var file = new OutputOption("--out", kind, $"Output file ({kind.Formats[0].Extensions[0]})")
        {
            Required = true,
        };
        return new Verb(name, description, examples) { run, file }.Handle(context => Export(
            context, context.Value(run), context.File(file)!, projection is not null && context.Value(projection)));
    }

    private static void Export(CommandContext context, string run, OutputFile file, bool withProjection)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        using RunProjection? projection = withProjection ? RunProjection.Load(run) : null;
        using TrainedEncoder? alone = projection is null ? TrainedEncoder.Load(run) : null;
        TrainedEncoder encoder = projection?.Encoder ?? alone!;
        var provenance = new Dictionary<string, string>
        {
            ["exported_from"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run))),
        };
        file.WriteTo(path =>
        {
            if (projection is null)
            {
                encoder.Save(path, provenance);
            }
            else
            {
                Save(path, projection, provenance);
            }
        });
        double difference = WeightsCheck.MaxDifference(encoder, file.Path);
        long weights = encoder.Module.parameters().Sum(p => p.numel());
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["max_difference"] = difference,
                ["encoder"] = EncoderText.Json(encoder.Options),
                ["weights"] = weights,
                ["projection"] = projection is null ? null
                    : JsonSerializer.SerializeToNode(projection.Options, Json.Compact),
            },
            Lines(file.Path, encoder, weights, difference));
    }

    private static void Save(string path, RunProjection projection, Dictionary<string, string> metadata)
    {
        projection.Encoder.Describe(metadata);
        metadata["head"] = JsonSerializer.Serialize(projection.Options, Json.Compact);
        IEnumerable<KeyValuePair<string, Tensor>> head = ModuleState.Enumerate(projection.Head)
            .Select(t => KeyValuePair.Create(Prefix + t.Key, t.Value));
        SafetensorsFile.Write(path, [.. ModuleState.Enumerate(projection.Encoder.Module), .. head], metadata);
    }

    private static string[] Lines(string file, TrainedEncoder encoder, long weights, double difference)
    {
        return
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"wrote {file}: {EncoderText.Describe(encoder.Options)}, {weights / 1e6:N1} million weights"),
            string.Create(CultureInfo.InvariantCulture, $"read back: largest difference {difference:G2}"),
            .. file.EndsWith(".pth", StringComparison.OrdinalIgnoreCase) ? PyTorch(file, encoder) : [],
        ];
    }

    /// <summary>Returns Python code that loads the weights, if torchvision has this encoder.</summary>
    private static string[] PyTorch(string file, TrainedEncoder encoder)
    {
        if (encoder.Options.Width != 1 || encoder.Options.Name == "resnet200")
        {
            return [$"in PyTorch: torch.load('{file}', weights_only=True) is its state dict; "
                + "torchvision itself has no such encoder"];
        }

        string[] stem = ((ResNet)encoder.Module).SmallStem
            ? ["  model.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False); model.maxpool = torch.nn.Identity()"]
            : [];
        return
        [
            "in PyTorch:",
            $"  model = torchvision.models.{encoder.Options.Name}(); model.fc = torch.nn.Identity()",
            .. stem,
            $"  model.load_state_dict(torch.load('{file}', weights_only=True), strict=True)",
        ];
    }
}
