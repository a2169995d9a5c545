using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Classification;

/// <content>The file of a classifier.</content>
public sealed partial class ImageClassifier
{
    /// <summary>The usual extension of the file.</summary>
    public const string Extension = ".simclr";

    /// <summary>The name of the file in the directory of a fine-tuned network.</summary>
    public const string FileName = $"classifier{Extension}";

    private const string Weights = "fc.weight";   // torchvision's names of the layer after h
    private const string Biases = "fc.bias";
    private const string ReferenceRows = $"{TrainedEncoder.ReferencePrefix}rows";

    /// <summary>Loads a classifier.</summary>
    /// <param name="path">
    /// A file that <see cref="Save"/> wrote, or the directory of a supervised run or of a fine-tuned network. The
    /// classifier of a supervised run has no temperature, quality or novelty.
    /// </param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
    /// <exception cref="DataException">
    /// There is no classifier, or the file is damaged, of another kind, or of another format version.
    /// </exception>
    public static ImageClassifier Load(string path, string device = "cpu")
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
        {
            return LoadFile(path, device);
        }

        string file = Path.Combine(path, FileName);
        return File.Exists(file) ? LoadFile(file, device) : FromRun(TrainedClassifier.Load(path, device));
    }

    /// <summary>
    /// Writes a safetensors file: the encoder under torchvision's names, as <see cref="TrainedEncoder.Save"/> does, the
    /// linear layer, the reference of the novelty, and a description. The file is written completely or not at all, and
    /// contains a checksum.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string> { [SafetensorsFile.Checksum] = "" };
        Encoder.Describe(metadata);
        metadata[ClassifierDescription.Entry] = JsonSerializer.Serialize(Describe(), Json.Compact);
        metadata["made_by"] = $"simclr {typeof(ImageClassifier).Assembly.GetName().Version!.ToString(3)}";
        if (Encoder.Metadata.TryGetValue("trained", out string? trained))
        {
            metadata["trained"] = trained;
        }

        int dimension = weights.Length / classNames.Length;
        var tensors = new List<KeyValuePair<string, Tensor>>(ModuleState.Enumerate(Encoder.Module))
        {
            KeyValuePair.Create(Weights, tensor(weights, [classNames.Length, dimension], device: CPU)),
            KeyValuePair.Create(Biases, tensor(biases, [classNames.Length], device: CPU)),
        };
        if (Encoder.Head is { } head)
        {
            tensors.AddRange(ModuleState.Enumerate(head)
                .Select(part => KeyValuePair.Create(TrainedEncoder.ProjectionPrefix + part.Key, part.Value)));
        }

        if (Novelty is { } novelty)
        {
            tensors.Add(KeyValuePair.Create(
                ReferenceRows, tensor(novelty.Rows.ToArray(), [novelty.Count, novelty.Dimension], device: CPU)));
        }

        SafetensorsFile.Write(path, tensors, metadata);
    }

    private ClassifierDescription Describe() => new()
    {
        ClassNames = classNames,
        Layer = Layer,
        Head = Encoder.Head switch
        {
            ProjectionHead head => head.Options,
            FirstLayers layers => layers.Options,
            _ => null,
        },
        Normalized = normalized,
        ForTransfer = forTransfer,
        Temperature = Temperature,
        Neighbors = Novelty?.Neighbors ?? 0,
        NoveltyThreshold = Novelty?.Threshold ?? 0,
        Quality = Quality,
    };

    private static ImageClassifier LoadFile(string file, string device)
    {
        device = ComputePlan.ResolveDevice(device);
        using SafetensorsFile content = SafetensorsFile.Read(file);
        ClassifierDescription description = ClassifierDescription.Parse(content, file);
        if (!content.HasChecksum)
        {
            throw new DataException($"{file}: the file is damaged: its checksum is missing");
        }

        TrainedEncoder encoder = TrainedEncoder.Load(content, file, device);
        try
        {
            if (description.Head is { } options)
            {
                encoder = encoder.WithHead(LoadHead(content, file, device, encoder, description.Layer, options));
            }

            return new ImageClassifier(encoder, ReadHead(content, file, description, encoder), encoder)
            {
                Temperature = description.Temperature,
                Quality = description.Quality,
                Novelty = ReadReference(content, file, description, encoder),
            };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static nn.Module<Tensor, Tensor> LoadHead(
        SafetensorsFile content,
        string file,
        string device,
        TrainedEncoder encoder,
        string layer,
        HeadOptions options)
    {
        int representation = ((ResNet)encoder.Module).RepresentationSize;
        nn.Module<Tensor, Tensor> head = layer == TrainedHead.Z ? new ProjectionHead(options, representation)
            : int.TryParse(layer, out int count) ? new FirstLayers(options, representation, count)
            : throw new DataException($"{file}: the layer of the classifier is '{layer}', expected h, z or a number");
        ModuleState.Load(
            ModuleState.Enumerate(head),
            content.Tensors
                .Where(part => part.Key.StartsWith(TrainedEncoder.ProjectionPrefix, StringComparison.Ordinal))
                .ToDictionary(part => part.Key[TrainedEncoder.ProjectionPrefix.Length..], part => part.Value),
            file);
        head.to(torch.device(device));
        head.eval();
        return head;
    }

    private static LinearHead ReadHead(
        SafetensorsFile content, string file, ClassifierDescription description, TrainedEncoder encoder)
    {
        int classes = description.ClassNames.Length;
        return new LinearHead(
            description.ClassNames,
            Read(content, file, Weights, classes, encoder.Dimension),
            Read(content, file, Biases, classes))
        {
            Normalized = description.Normalized,
            ForTransfer = description.ForTransfer,
        };
    }

    private static NoveltyReference? ReadReference(
        SafetensorsFile content, string file, ClassifierDescription description, TrainedEncoder encoder)
        => !content.Tensors.TryGetValue(ReferenceRows, out Tensor? rows) ? null
            : rows.Dimensions == 2 && rows.shape[0] > 1 && description.Neighbors is > 0 and <= 5
                ? new NoveltyReference(
                    Read(content, file, ReferenceRows, rows.shape[0], encoder.Dimension),
                    encoder.Dimension,
                    description.Neighbors,
                    description.NoveltyThreshold)
                : throw new DataException($"{file}: the reference of its novelty is damaged");

    private static float[] Read(SafetensorsFile content, string file, string name, params long[] shape)
        => content.Tensors.TryGetValue(name, out Tensor? found)
            && found.dtype == ScalarType.Float32
            && found.shape.SequenceEqual(shape)
                ? found.data<float>().ToArray()
                : throw new DataException(
                    $"{file}: expected a tensor '{name}' of float32, [{string.Join(", ", shape)}], as the description "
                        + "of the classifier says");
}
