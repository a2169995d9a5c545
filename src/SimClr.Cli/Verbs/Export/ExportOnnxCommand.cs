using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Classification;
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
            Description = "Run directory, a safetensors file written by 'simclr', or a classifier (.simclr)",
        };
        var file = new OutputOption("--out", OutputKinds.Onnx, "Output file (.onnx)") { Required = true };
        var projection = new Option<bool>("--projection")
        {
            Description = "Export z, the output of the projection head, instead of h; RUN must be a run directory",
        };
        var classifier = new Option<bool>("--classifier")
        {
            Description = "Export the classifier of a supervised or fine-tuned run, not only its encoder",
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
            "Export an encoder or a classifier as an ONNX model, verified with ONNX Runtime.",
            "simclr export onnx runs/photos --out encoder.onnx",
            "simclr export onnx runs/photos --out encoder.onnx --preprocess --normalize",
            "simclr export onnx runs/photos --out projection.onnx --projection --json",
            "simclr export onnx animals.simclr --out animals.onnx")
        {
            run, file, projection, classifier, preprocess, resize, normalize,
        };
        verb.Details =
        [
            "The model has one input, 'images', and one output, 'embedding'; the batch size is variable. Without",
            "--preprocess the input is floats [batch, 3, size, size]: resized by the short side, center-cropped",
            "and normalized as in 'simclr evaluate'. The model's metadata describes this preprocessing, and the",
            "run, steps and versions. Opset 17; 18 with --resize. ONNX Runtime runs the model on random images in",
            "batches of 1 and 3. If it differs from the encoder by more than 0.0001 (times the largest value, if",
            "that exceeds 1), nothing is written and the exit code is 3.",
            "",
            "A classifier also has the outputs 'probabilities' and, if it knows its training images, 'novelty'. It",
            "takes images of any size as with --resize, unless --preprocess is given. The package SimClr.OnnxRuntime",
            "runs it, and an encoder exported with --resize, from the file alone.",
        ];
        return verb.Handle(context =>
        {
            bool isClassifier = context.Value(classifier)
                || Path.GetExtension(context.Value(run)) == ImageClassifier.Extension;
            if (isClassifier && context.Value(projection))
            {
                throw new ConfigurationException(
                    "--projection exports an encoder with its head, but a classifier has a layer of its own; leave out "
                        + "--projection");
            }

            var options = new OnnxExportOptions
            {
                Input = context.Value(resize) || (isClassifier && !context.Value(preprocess)) ? OnnxInput.Images
                    : context.Value(preprocess) ? OnnxInput.Pixels
                    : OnnxInput.Tensor,
                Normalize = context.Value(normalize),
            };
            Export(
                context,
                context.File(file)!,
                isClassifier
                    ? () => CreateClassifier(context.Value(run), options)
                    : () => OnnxExport.CreateRun(context.Value(run), options, context.Value(projection)));
        });
    }

    private static (byte[] Model, OnnxExportResult Result) CreateClassifier(string path, OnnxExportOptions options)
    {
        using ImageClassifier classifier = ImageClassifier.Load(path);
        return OnnxExport.Create(classifier, options);
    }

    private static void Export(
        CommandContext context, OutputFile file, Func<(byte[] Model, OnnxExportResult Result)> create)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);

        (byte[] model, OnnxExportResult result) = create();
        file.Write(model);
        var json = new JsonObject
        {
            ["file"] = file.Path,
            ["max_difference"] = result.MaxDifference,
            ["largest_value"] = result.MaxMagnitude,
            ["input"] = result.Input,
            ["output"] = result.Output,
            ["dimension"] = result.Dimension,
            ["opset"] = result.Opset,
            ["bytes"] = result.Bytes,
        };
        if (result.Classes > 0)
        {
            json["outputs"] = new JsonArray([.. result.Outputs.Select(name => JsonValue.Create(name))]);
            json["classes"] = result.Classes;
        }

        context.Result(json, Lines(file, result));
    }

    private static IEnumerable<string> Lines(OutputFile file, OnnxExportResult result)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture, $"wrote {file.Path}: {result.Bytes / 1e6:N1} MB, opset {result.Opset}");
        yield return $"input {result.Input}";
        yield return $"output {result.Output}";
        foreach (string output in result.Outputs.Skip(1))
        {
            int values = output == OnnxExport.ProbabilitiesName ? result.Classes : 1;
            yield return string.Create(CultureInfo.InvariantCulture, $"output {output}: float32 [batch, {values}]");
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"ONNX Runtime on random images: largest difference {result.MaxDifference:G2}")
            + (result.MaxMagnitude > 1
                ? string.Create(CultureInfo.InvariantCulture, $" of the largest value, {result.MaxMagnitude:G3}")
                : "");
    }
}
