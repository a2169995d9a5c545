using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Diagnostics;
using SimClr.Encoders;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr import FILE --out encoder.safetensors</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("FILE")
        {
            Description = "PyTorch checkpoint (.pth, .pt, .ckpt) or safetensors file with the weights of a ResNet",
        };
        var file = new OutputOption("--out", OutputKinds.Weights, "Output file (.safetensors)") { Required = true };
        Option<string?> normalize = ChoiceOption.Create(
            "--normalize", "Pixel normalization used in training; not stored in the weights", ["imagenet", "none"]);
        Option<long?> size = NumberOption.Integer(
            "--size", "Input size in pixels. Default: 224, or 32 with the stem for small images.", 1);
        Option<string?> interpolation = ChoiceOption.Create(
            "--interpolation", "Interpolation for resizing", ["bicubic", "bilinear"], "bicubic");
        var prefix = new Option<string?>("--prefix")
        {
            Description = "Prefix of the encoder's tensor names, if the file contains several encoders",
            HelpName = "text",
        };
        Option<string?> encoder = ChoiceOption.Create(
            "--encoder", "Expected architecture, which is otherwise detected", EncoderCatalog.Names);
        Option<double?> width = NumberOption.Positive("--width", "Expected width");
        Option<string?> stem = ChoiceOption.Create("--stem", "Expected stem", ["imagenet", "small"]);
        var verb = new Verb(
            "import",
            "Convert weights trained by another program into an encoder.",
            "simclr import resnet50.pth --out encoder.safetensors --normalize imagenet",
            "simclr import moco_v2_800ep.pth.tar --out moco.safetensors --normalize imagenet --size 224 --json",
            "simclr import r50_2x_sk0.pth --out simclrv2.safetensors --normalize none",
            "simclr evaluate knn encoder.safetensors --train ./labeled/train --test ./labeled/test")
        {
            source, file, normalize, size, interpolation, prefix, encoder, width, stem,
        };
        verb.Details =
        [
            "The tensor names may be those of torchvision, timm, MoCo, solo-learn, lightly (also numbered ones)",
            "or SimCLR's official checkpoints converted to PyTorch, with any prefix; the command prints which",
            "prefix it removed and what it left out. Depth, width and stem are detected from names and shapes.",
            "The normalization cannot be detected and is required: imagenet for most programs, none for SimCLR's",
            "own checkpoints. No code in a checkpoint is executed; objects other than weights are ignored. The",
            "output file can be used wherever a run is expected, and as encoder.weights in a configuration.",
        ];
        return verb.Handle(context => Import(
            context,
            context.Value(source),
            context.File(file)!,
            new ImportOptions
            {
                Normalize = ChoiceOption.Choice<Normalization>(context.Value(normalize)),
                Size = (int?)context.Value(size),
                Interpolation = ChoiceOption.Choice<Interpolation>(context.Value(interpolation)),
                Prefix = context.Value(prefix),
                Encoder = context.Value(encoder),
                Width = context.Value(width),
                Stem = ChoiceOption.Choice<EncoderStem>(context.Value(stem)),
            }));
    }

    private static void Import(CommandContext context, string source, OutputFile file, ImportOptions options)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);
        using ImportedEncoder imported = ImportedEncoder.Read(source, options);
        TrainedEncoder encoder = imported.Encoder;
        var provenance = new Dictionary<string, string>
        {
            ["imported_from"] = Path.GetFileName(source),
            ["rule"] = imported.Rule,
        };
        file.WriteTo(path => encoder.Save(path, provenance));
        double difference = WeightsCheck.MaxDifference(encoder, file.Path);
        long weights = encoder.Module.parameters().Sum(p => p.numel());
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["max_difference"] = difference,
                ["encoder"] = EncoderText.Json(encoder.Options),
                ["weights"] = weights,
                ["rule"] = imported.Rule,
                ["left_out"] = Texts(imported.LeftOut),
                ["size"] = encoder.Views.Size,
                ["normalize"] = encoder.Views.Normalize.Text(),
                ["interpolation"] = encoder.Views.Interpolation.Text(),
                ["assumed"] = Texts(imported.Assumed.Select(CommandWords.From)),
            },
            Lines(file.Path, imported, weights, difference));
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static List<string> Lines(string file, ImportedEncoder imported, long weights, double difference)
    {
        TrainedEncoder encoder = imported.Encoder;
        var lines = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"wrote {file}: {EncoderText.Describe(encoder.Options)}, {weights / 1e6:N1} million weights"),
            $"names: {imported.Rule}",
        };
        if (imported.LeftOut.Count > 0)
        {
            lines.Add($"left out: {string.Join(", ", imported.LeftOut)}");
        }

        lines.Add(
            $"input: {encoder.Views.Size} x {encoder.Views.Size}, normalization {encoder.Views.Normalize.Text()}, "
                + $"{encoder.Views.Interpolation.Text()}");
        lines.AddRange(imported.Assumed.Select(assumed => $"assumed: {CommandWords.From(assumed)}"));
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"read back: largest difference {difference:G2}"));
        lines.Add($"next: simclr evaluate knn {file} --train LABELED --test LABELED");
        return lines;
    }
}
