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
        var source = new Argument<string>("FILE") { Description = "A PyTorch checkpoint (.pth, .pt, .ckpt) or a safetensors file with weights of a ResNet" };
        var file = new OutputOption("--out", OutputKinds.Weights, "The file to write, named .safetensors") { Required = true };
        Option<string?> normalize = ChoiceOption.Of("--normalize", "What pixels were divided by when the weights were trained; weights do not tell", ["imagenet", "none"]);
        Option<long?> size = NumberOption.Integer("--size", "Side of the input in pixels; 224, or 32 with the stem for small images, if it is not given", 1);
        Option<string?> interpolation = ChoiceOption.Of("--interpolation", "How images are brought to that size; bicubic if it is not given", ["bicubic", "bilinear"]);
        var prefix = new Option<string?>("--prefix") { Description = "What stands in front of the encoder's names, where a file holds several encoders", HelpName = "text" };
        Option<string?> encoder = ChoiceOption.Of("--encoder", "The encoder that it must be; it is recognized without", EncoderCatalog.Names);
        Option<double?> width = NumberOption.Positive("--width", "The width that it must have");
        Option<string?> stem = ChoiceOption.Of("--stem", "The stem that it must have", ["imagenet", "small"]);
        var verb = new Verb(
            "import",
            "Make an encoder of weights that another program trained.",
            "simclr import resnet50.pth --out encoder.safetensors --normalize imagenet",
            "simclr import moco_v2_800ep.pth.tar --out moco.safetensors --normalize imagenet --size 224 --json",
            "simclr import r50_2x_sk0.pth --out simclrv2.safetensors --normalize none",
            "simclr evaluate knn encoder.safetensors --train ./labeled/train --test ./labeled/test")
        {
            source, file, normalize, size, interpolation, prefix, encoder, width, stem,
        };
        verb.Details =
        [
            "Known are the names of torchvision, timm, MoCo, solo-learn, lightly (also by number) and of SimCLR's official",
            "checkpoints converted for PyTorch, behind any prefix; what was stripped and what was left out is printed. Depth, width",
            "and stem are recognized by names and shapes. What they do not say, the normalization, must be given: imagenet for",
            "most, none for SimCLR's own. Nothing in a checkpoint is run; objects beside the weights are passed over. The file that is",
            "written stands wherever a run is expected, and as encoder.weights in a configuration.",
        ];
        return verb.Does(context => Import(
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
        var provenance = new Dictionary<string, string> { ["imported_from"] = Path.GetFileName(source), ["rule"] = imported.Rule };
        file.WriteTo(path => encoder.Save(path, provenance));
        double difference = WeightsCheck.LargestDifference(encoder, file.Path);
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
                ["assumed"] = Texts(imported.Assumed),
            },
            Words(file.Path, imported, weights, difference));
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static List<string> Words(string file, ImportedEncoder imported, long weights, double difference)
    {
        TrainedEncoder encoder = imported.Encoder;
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"wrote {file}: {EncoderText.Words(encoder.Options)}, {weights / 1e6:N1} million weights"),
            $"names: {imported.Rule}",
        };
        if (imported.LeftOut.Count > 0)
        {
            lines.Add($"left out: {string.Join(", ", imported.LeftOut)}");
        }

        lines.Add($"input: {encoder.Views.Size} x {encoder.Views.Size}, normalization {encoder.Views.Normalize.Text()}, {encoder.Views.Interpolation.Text()}");
        lines.AddRange(imported.Assumed.Select(assumed => $"assumed: {assumed}"));
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"read back: largest difference {difference:G2}"));
        lines.Add($"next: simclr evaluate knn {file} --train LABELED --test LABELED");
        return lines;
    }
}
