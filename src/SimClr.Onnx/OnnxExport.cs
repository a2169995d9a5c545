using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Onnx;

/// <summary>
/// Export of encoders, optionally with their projection heads, and of classifiers as ONNX models (https://onnx.ai). The
/// batch size is variable. Batch norm is folded into the preceding convolution, which gives the same values within
/// rounding with a third fewer operations, and is as fast in runtimes that do not fold it themselves.
/// </summary>
public static class OnnxExport
{
    /// <summary>The name of the model's input.</summary>
    public const string InputName = InputGraph.Name;

    /// <summary>The name of the model's output of embeddings.</summary>
    public const string OutputName = EncoderModel.OutputName;

    /// <summary>The name of a classifier's output of probabilities.</summary>
    public const string ProbabilitiesName = ClassifierGraph.Probabilities;

    /// <summary>The name of a classifier's output of novelty.</summary>
    public const string NoveltyName = ClassifierGraph.Novelty;

    // Protobuf limits the file to 2 GiB. Everything except the weights takes far less than the remainder.
    private const long MaxWeightBytes = 2_000_000_000;

    /// <summary>Writes an encoder of the catalog. The file is written completely or not at all.</summary>
    /// <param name="encoder">The encoder, which is not modified.</param>
    /// <param name="path">The path of the file, usually with the extension .onnx.</param>
    /// <param name="options">The options for input, output and check, or null for the defaults.</param>
    /// <param name="head">The projection head to append, or null to export h.</param>
    /// <exception cref="ConfigurationException">The encoder is custom or too large.</exception>
    /// <exception cref="DataException">ONNX Runtime computes different values. Nothing was written.</exception>
    public static OnnxExportResult Write(
        TrainedEncoder encoder, string path, OnnxExportOptions? options = null, ProjectionHead? head = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (byte[] model, OnnxExportResult result) = Create(encoder, options ?? new OnnxExportOptions(), head);
        AtomicFile.Write(path, stream => stream.Write(model));
        return result;
    }

    /// <summary>
    /// Writes a classifier. The outputs are <c>embedding</c>, <c>probabilities</c> [batch, classes] and, if the
    /// classifier has a reference, <c>novelty</c> [batch, 1]; SimClr.OnnxRuntime needs nothing but the file. It is
    /// written completely or not at all.
    /// </summary>
    /// <param name="classifier">The classifier, which is not modified.</param>
    /// <param name="path">The path of the file, usually with the extension .onnx.</param>
    /// <param name="options">
    /// The options for input, output and check, or null for the defaults with <see cref="OnnxInput.Images"/>.
    /// </param>
    /// <exception cref="ConfigurationException">The encoder is custom or too large.</exception>
    /// <exception cref="DataException">ONNX Runtime computes different values. Nothing was written.</exception>
    public static OnnxExportResult Write(ImageClassifier classifier, string path, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (byte[] model, OnnxExportResult result) = Create(
            classifier, options ?? new OnnxExportOptions { Input = OnnxInput.Images });
        AtomicFile.Write(path, stream => stream.Write(model));
        return result;
    }

    /// <summary>Writes the encoder of a run, with its provenance in the metadata.</summary>
    /// <param name="run">A run directory or a safetensors file.</param>
    /// <param name="path">The path of the file, usually with the extension .onnx.</param>
    /// <param name="options">The options for input, output and check, or null for the defaults.</param>
    /// <param name="projection">
    /// Whether to export the projection z rather than h. Requires a run directory with a checkpoint.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The encoder is custom or too large, or has no projection head.
    /// </exception>
    /// <exception cref="DataException">
    /// There is no encoder, the encoder is damaged, or ONNX Runtime computes different values.
    /// </exception>
    public static OnnxExportResult WriteRun(
        string run, string path, OnnxExportOptions? options = null, bool projection = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (byte[] model, OnnxExportResult result) = CreateRun(run, options ?? new OnnxExportOptions(), projection);
        AtomicFile.Write(path, stream => stream.Write(model));
        return result;
    }

    /// <summary>Creates the ONNX model of the encoder of a run in memory. See <see cref="WriteRun"/>.</summary>
    /// <param name="run">A run directory or a safetensors file.</param>
    /// <param name="options">The options for input, output and check.</param>
    /// <param name="projection">
    /// Whether to export the projection z rather than h. Requires a run directory with a checkpoint.
    /// </param>
    /// <returns>The contents of the file, and a description of the export.</returns>
    /// <exception cref="ConfigurationException">
    /// The encoder is custom or too large, or has no projection head.
    /// </exception>
    /// <exception cref="DataException">
    /// There is no encoder, the encoder is damaged, or ONNX Runtime computes different values.
    /// </exception>
    public static (byte[] Model, OnnxExportResult Result) CreateRun(
        string run, OnnxExportOptions options, bool projection)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(run);
        ArgumentNullException.ThrowIfNull(options);
        using RunSource source = RunSource.Open(run, projection);
        return Create(
            source.Encoder,
            options with { Provenance = RunSource.Joined(source.Provenance, options.Provenance) },
            source.Head);
    }

    /// <summary>
    /// Creates the ONNX model of an encoder in memory. See
    /// <see cref="Write(TrainedEncoder, string, OnnxExportOptions?, ProjectionHead?)"/>.
    /// </summary>
    /// <param name="encoder">The encoder, which is not modified.</param>
    /// <param name="options">The options for input, output and check.</param>
    /// <param name="head">The projection head to append, or null to export h.</param>
    /// <returns>The contents of the file, and a description of the export.</returns>
    /// <exception cref="ConfigurationException">The encoder is custom or too large.</exception>
    /// <exception cref="DataException">ONNX Runtime computes different values.</exception>
    public static (byte[] Model, OnnxExportResult Result) Create(
        TrainedEncoder encoder, OnnxExportOptions options, ProjectionHead? head)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(options);
        return Create(encoder, head, classifier: null, options);
    }

    /// <summary>Creates the ONNX model of a classifier in memory.</summary>
    /// <param name="classifier">The classifier, which is not modified.</param>
    /// <param name="options">The options for input, output and check.</param>
    /// <returns>The contents of the file, and a description of the export.</returns>
    /// <exception cref="ConfigurationException">The encoder is custom or too large.</exception>
    /// <exception cref="DataException">ONNX Runtime computes different values.</exception>
    public static (byte[] Model, OnnxExportResult Result) Create(ImageClassifier classifier, OnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(options);
        return Create(
            classifier.Encoder,
            classifier.Encoder.Head,
            classifier,
            options with { Provenance = RunSource.ProvenanceOf(classifier.Encoder, options.Provenance) });
    }

    private static (byte[] Model, OnnxExportResult Result) Create(
        TrainedEncoder encoder,
        nn.Module<Tensor, Tensor>? head,
        ImageClassifier? classifier,
        OnnxExportOptions options)
    {
        if (encoder.Module is not ResNet)
        {
            throw CustomEncoder.Rejection("got", encoder.Module.GetType().FullName ?? "");
        }

        RequireSize(encoder);
        var model = new EncoderModel(encoder, head, classifier, options);
        byte[] bytes = model.ToBytes();
        (double Difference, double LargestValue)? check = options.Check
            ? OnnxCheck.Run(bytes, encoder, head, options, classifier)
            : null;
        return (bytes, new OnnxExportResult(
            check?.Difference, check?.LargestValue, model.Opset, model.InputText, model.OutputText, model.Dimension,
            bytes.Length)
        {
            Outputs = model.Outputs,
            Classes = classifier?.ClassNames.Count ?? 0,
        });
    }

    private static void RequireSize(TrainedEncoder encoder)
    {
        long bytes = sizeof(float) * encoder.Module.parameters().Sum(parameter => parameter.numel());
        if (bytes > MaxWeightBytes)
        {
            throw new ConfigurationException(string.Create(
                CultureInfo.InvariantCulture,
                $"the encoder's weights take {bytes / 1e9:F1} GB, but an ONNX file holds at most "
                    + $"{MaxWeightBytes / 1e9:F1} GB; export a narrower or shallower encoder"));
        }
    }
}
