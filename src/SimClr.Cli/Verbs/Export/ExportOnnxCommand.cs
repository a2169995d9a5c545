using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Diagnostics;
using SimClr.Onnx;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr export onnx RUN --out FILE</c>.</summary>
internal static class ExportOnnxCommand
{
    private const string Extension = ".onnx";

    public static Verb Create()
    {
        var run = new Argument<string>("RUN")
        {
            Description = "Run directory, or a safetensors file written by 'simclr'",
        };
        var file = new OutputOption("--out", OutputKinds.Onnx, "Output file (.onnx)") { Required = true };
        var projection = new Option<bool>("--projection")
        {
            Description = "Export z, the output of the projection head, instead of h; RUN must be a run directory",
        };
        var preprocess = new Option<bool>("--preprocess")
        {
            Description = "Take bytes as input, [batch, size, size, 3]; the model scales and normalizes them",
        };
        var resize = new Option<bool>("--resize")
        {
            Description =
                "Take bytes as input, [batch, height, width, 3], in any size; the model also resizes and crops",
        };
        var normalize = new Option<bool>("--normalize") { Description = "Scale each embedding to unit length" };
        var verb = new Verb(
            "onnx",
            "Export an encoder as an ONNX model, verified with ONNX Runtime.",
            "simclr export onnx runs/photos --out encoder.onnx",
            "simclr export onnx runs/photos --out encoder.onnx --preprocess --normalize",
            "simclr export onnx runs/photos --out projection.onnx --projection --json")
        {
            run, file, projection, preprocess, resize, normalize,
        };
        verb.Details =
        [
            "The model has one input, 'images', and one output, 'embedding'; the batch size is variable. Without",
            "--preprocess the input is floats [batch, 3, size, size]: resized by the short side, center-cropped",
            "and normalized as in 'simclr evaluate'. The model's metadata describes this preprocessing, and the",
            "run, steps and versions. Opset 17; 18 with --resize. ONNX Runtime runs the model on random images in",
            "batches of 1 and 3. If it differs from the encoder by more than 0.0001 (times the largest value, if",
            "that exceeds 1), nothing is written and the exit code is 3.",
        ];
        return verb.Handle(context => Export(
            context,
            context.Value(run),
            context.File(file)!,
            new OnnxExportOptions
            {
                Input = context.Value(resize) ? OnnxInput.Images
                    : context.Value(preprocess) ? OnnxInput.Pixels
                    : OnnxInput.Tensor,
                Normalize = context.Value(normalize),
            },
            context.Value(projection)));
    }

    private static void Export(
        CommandContext context, string run, OutputFile file, OnnxExportOptions options, bool projection)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);

        (byte[] model, OnnxExportResult result) = OnnxExport.CreateRun(run, options, projection);
        file.Write(model);
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["max_difference"] = result.MaxDifference,
                ["largest_value"] = result.MaxMagnitude,
                ["input"] = result.Input,
                ["output"] = result.Output,
                ["dimension"] = result.Dimension,
                ["opset"] = result.Opset,
                ["bytes"] = result.Bytes,
            },
            Lines(file, result));
    }

    private static string[] Lines(OutputFile file, OnnxExportResult result) =>
    [
        string.Create(
            CultureInfo.InvariantCulture, $"wrote {file.Path}: {result.Bytes / 1e6:N1} MB, opset {result.Opset}"),
        $"input {result.Input}",
        $"output {result.Output}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"ONNX Runtime on random images: largest difference {result.MaxDifference:G2}")
            + (result.MaxMagnitude > 1
                ? string.Create(CultureInfo.InvariantCulture, $" of the largest value, {result.MaxMagnitude:G3}")
                : ""),
    ];
}
