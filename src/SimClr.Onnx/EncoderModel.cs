using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Onnx.Format;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Onnx;

/// <summary>The complete ONNX model: input, encoder, head, classifier, outputs and metadata.</summary>
internal sealed class EncoderModel
{
    public const string OutputName = "embedding";

    // ONNX 1.12 (2022) and later read opset 17. Resize has antialiasing only from opset 18.
    private const int DefaultOpset = 17;
    private const int ResizeOpset = 18;
    private const int IrVersion = 8;

    // The version of the entries and outputs that SimClr.OnnxRuntime relies on.
    private const string Format = "1";

    private readonly ModelProto model;

    public EncoderModel(
        TrainedEncoder encoder,
        nn.Module<Tensor, Tensor>? head,
        ImageClassifier? classifier,
        OnnxExportOptions options)
    {
        var resnet = (ResNet)encoder.Module;
        Opset = options.Input == OnnxInput.Images ? ResizeOpset : DefaultOpset;
        Dimension = head is null ? resnet.RepresentationSize
            : head is ProjectionHead projection ? projection.ProjectionSize
            : encoder.Dimension;
        var preparation = new Preparation(encoder.Views, classifier?.IsForTransfer ?? false);
        var graph = new GraphBuilder("simclr");
        string x = new EncoderGraph(graph, resnet).Add(new InputGraph(graph, preparation).Add(options.Input));
        x = head is null ? x : HeadGraph.Add(graph, head, x);
        graph.Add(
            options.Normalize ? "LpNormalization" : "Identity",
            OutputName,
            [x],
            options.Normalize ? [("axis", 1), ("p", 2)] : []);
        graph.Output(OutputName, TensorProto.Types.DataType.Float, InputGraph.Batch, Dimension);
        if (classifier is not null)
        {
            ClassifierGraph.Add(graph, classifier, x);
        }

        Outputs = [.. graph.Graph.Output.Select(output => output.Name)];
        InputText = InputTextOf(options.Input, preparation.Size);
        OutputText = string.Create(
            CultureInfo.InvariantCulture, $"{OutputName}: float32 [{InputGraph.Batch}, {Dimension}]");
        model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "simclr",
            ProducerVersion = typeof(TrainedEncoder).Assembly.GetName().Version!.ToString(3),
            Graph = graph.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        foreach ((string key, string value) in Metadata(encoder, preparation, head, classifier, options))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    public int Opset { get; }

    public int Dimension { get; }

    public string InputText { get; }

    public string OutputText { get; }

    /// <summary>The names of all outputs; the embedding is the first.</summary>
    public string[] Outputs { get; }

    public byte[] ToBytes() => model.ToByteArray();

    private static string InputTextOf(OnnxInput kind, int size) => kind switch
    {
        OnnxInput.Pixels => string.Create(
            CultureInfo.InvariantCulture, $"{InputGraph.Name}: uint8 [{InputGraph.Batch}, {size}, {size}, 3]"),
        OnnxInput.Images => $"{InputGraph.Name}: uint8 [{InputGraph.Batch}, height, width, 3]",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{InputGraph.Name}: float32 [{InputGraph.Batch}, 3, {size}, {size}]"),
    };

    private Dictionary<string, string> Metadata(
        TrainedEncoder encoder,
        Preparation preparation,
        nn.Module<Tensor, Tensor>? head,
        ImageClassifier? classifier,
        OnnxExportOptions options)
    {
        var entries = new Dictionary<string, string>(options.Provenance ?? new Dictionary<string, string>());
        entries.Remove("format");
        encoder.Describe(entries);
        entries["input"] = InputText;
        entries["input_values"] = options.Input == OnnxInput.Tensor
            ? $"RGB in [0, 1], less the mean, divided by the standard deviation; {preparation.Describe()}"
            : options.Input == OnnxInput.Pixels ? $"RGB, 0 to 255; {preparation.Describe()}"
            : "RGB, 0 to 255, any size; the model resizes and crops";
        string layer = classifier?.Layer ?? (head is null ? TrainedHead.H : TrainedHead.Z);
        entries["output"] = OutputText;
        entries["output_values"] = $"{NameOf(layer)}"
            + $"{(options.Normalize ? ", each row of length 1" : "")}";
        EvaluationTransform transform = preparation.Transform;
        entries["normalization_mean"] = Triple(channel => transform.Mean[channel]);
        entries["normalization_std"] = Triple(channel => 1 / transform.Scale[channel]);
        entries["paper"] =
            "Chen et al. 2020, A Simple Framework for Contrastive Learning of Visual Representations, arXiv:2002.05709";
        entries["kind"] = classifier is null ? "encoder" : "classifier";
        entries["layer"] = layer;
        if (classifier is not null)
        {
            Describe(classifier, entries);
        }

        // Last, so that a file that was cut off lacks it.
        entries["format"] = Format;
        return entries;
    }

    private static void Describe(ImageClassifier classifier, Dictionary<string, string> entries)
    {
        entries["class_names"] = new JsonArray([.. classifier.ClassNames.Select(name => JsonValue.Create(name))])
            .ToJsonString();
        entries["temperature"] = classifier.Temperature.ToString("R", CultureInfo.InvariantCulture);
        if (classifier.Novelty is { } novelty)
        {
            entries["novelty_threshold"] = novelty.Threshold.ToString("R", CultureInfo.InvariantCulture);
            entries["novelty_neighbors"] = novelty.Neighbors.ToString(CultureInfo.InvariantCulture);
        }

        if (classifier.Quality is { } quality)
        {
            entries["quality"] = Text(quality);
        }
    }

    private static string Text(ClassifierQuality quality) => quality.MeasuredOn is null
        ? string.Create(CultureInfo.InvariantCulture, $"{quality.Protocol}, {quality.Labels} labels")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{quality.Protocol}, {quality.Labels} labels; accuracy {quality.Accuracy:0.0%} on {quality.Images} images "
                + $"({quality.MeasuredOn})");

    private static string NameOf(string layer) => layer switch
    {
        TrainedHead.H => "h, the representation",
        TrainedHead.Z => "z, the projection",
        _ => $"layer {layer} of the projection head",
    };

    private static string Triple(Func<int, float> value)
        => string.Join(
            ", ",
            Enumerable.Range(0, 3).Select(channel => value(channel).ToString("G6", CultureInfo.InvariantCulture)));
}
