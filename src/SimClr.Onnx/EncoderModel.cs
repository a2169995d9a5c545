using System.Globalization;
using Google.Protobuf;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Onnx.Format;

namespace SimClr.Onnx;

/// <summary>The complete ONNX model: input, encoder, head, output and metadata.</summary>
internal sealed class EncoderModel
{
    public const string OutputName = "embedding";

    // ONNX 1.12 (2022) and later read opset 17. Resize has antialiasing only from opset 18.
    private const int DefaultOpset = 17;
    private const int ResizeOpset = 18;
    private const int IrVersion = 8;

    private readonly ModelProto model;

    public EncoderModel(ResNet resnet, TrainedEncoder encoder, ProjectionHead? head, OnnxExportOptions options)
    {
        Opset = options.Input == OnnxInput.Images ? ResizeOpset : DefaultOpset;
        Dimension = head?.ProjectionSize ?? resnet.RepresentationSize;
        var graph = new GraphBuilder("simclr");
        string x = new EncoderGraph(graph, resnet).Add(new InputGraph(graph, encoder.Views).Add(options.Input));
        x = head is null ? x : HeadGraph.Add(graph, head, x);
        graph.Add(
            options.Normalize ? "LpNormalization" : "Identity",
            OutputName,
            [x],
            options.Normalize ? [("axis", 1), ("p", 2)] : []);
        graph.Output(OutputName, TensorProto.Types.DataType.Float, InputGraph.Batch, Dimension);
        InputText = InputTextOf(options.Input, encoder.Views.Size);
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
        foreach ((string key, string value) in Metadata(encoder, head, options))
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    public int Opset { get; }

    public int Dimension { get; }

    public string InputText { get; }

    public string OutputText { get; }

    public byte[] ToBytes() => model.ToByteArray();

    private static string InputTextOf(OnnxInput kind, int size) => kind switch
    {
        OnnxInput.Pixels => string.Create(
            CultureInfo.InvariantCulture, $"{InputGraph.Name}: uint8 [{InputGraph.Batch}, {size}, {size}, 3]"),
        OnnxInput.Images => $"{InputGraph.Name}: uint8 [{InputGraph.Batch}, height, width, 3]",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{InputGraph.Name}: float32 [{InputGraph.Batch}, 3, {size}, {size}]"),
    };

    private Dictionary<string, string> Metadata(TrainedEncoder encoder, ProjectionHead? head, OnnxExportOptions options)
    {
        var entries = new Dictionary<string, string>(options.Provenance ?? new Dictionary<string, string>());
        encoder.Describe(entries);
        entries["input"] = InputText;
        entries["input_values"] = options.Input == OnnxInput.Tensor
            ? $"RGB in [0, 1], less the mean, divided by the standard deviation; {Preparation(encoder.Views)}"
            : options.Input == OnnxInput.Pixels ? $"RGB, 0 to 255; {Preparation(encoder.Views)}"
            : "RGB, 0 to 255, any size; the model resizes and crops";
        entries["output"] = OutputText;
        entries["output_values"] = $"{(head is null ? "h, the representation" : "z, the projection")}"
            + $"{(options.Normalize ? ", each row of length 1" : "")}";
        var transform = new EvaluationTransform(encoder.Views);
        entries["normalization_mean"] = Triple(channel => transform.Mean[channel]);
        entries["normalization_std"] = Triple(channel => 1 / transform.Scale[channel]);
        entries["paper"] =
            "Chen et al. 2020, A Simple Framework for Contrastive Learning of Visual Representations, arXiv:2002.05709";
        return entries;
    }

    private static string Preparation(ViewOptions views)
    {
        var transform = new EvaluationTransform(views);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"short side resized to {transform.ShortSide} pixels ({views.Interpolation.Text()}, antialiased), center "
                + $"{views.Size} x {views.Size} cropped");
    }

    private static string Triple(Func<int, float> value)
        => string.Join(
            ", ",
            Enumerable.Range(0, 3).Select(channel => value(channel).ToString("G6", CultureInfo.InvariantCulture)));
}
