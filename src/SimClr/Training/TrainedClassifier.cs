using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// A classifier trained as a whole, supervised or fine-tuned: an encoder in <c>encoder.safetensors</c>, as in every
/// run, and the layers after it in <c>classifier.safetensors</c>.
/// </summary>
public sealed class TrainedClassifier : IDisposable
{
    private const string Classes = "class_names";
    private const string Head = "head";
    private const string Layers = "projection_layers";
    private const string ProjectionPrefix = "projection.";
    private const string ClassifierPrefix = "classifier.";

    private readonly ClassifierModel model;
    private readonly HeadOptions? head;

    internal TrainedClassifier(
        TrainedEncoder encoder, ClassifierModel model, IReadOnlyList<string> classNames, HeadOptions? head = null)
    {
        Encoder = encoder;
        this.model = model;
        ClassNames = classNames;
        this.head = head;
    }

    /// <summary>The encoder, which is part of the classifier.</summary>
    public TrainedEncoder Encoder { get; }

    /// <summary>The names of the classes, by class number.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The network: the encoder and the layers after it.</summary>
    internal ClassifierModel Model => model;

    /// <summary>Loads the classifier of a supervised run or of fine-tuning.</summary>
    /// <param name="directory">The directory of the run or of the fine-tuned network.</param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
    /// <exception cref="DataException">
    /// A file is missing or damaged, or the two files do not fit each other.
    /// </exception>
    public static TrainedClassifier Load(string directory, string device = "cpu")
    {
        device = ComputePlan.ResolveDevice(device);
        string file = new RunDirectory(directory).ClassifierFile;
        if (!File.Exists(file))
        {
            throw new DataException(
                $"{directory}: there is no classifier ({Path.GetFileName(file)}); "
                    + "expected the directory of a finished supervised run or of a fine-tuned network");
        }

        using SafetensorsFile content = SafetensorsFile.Read(file);
        string[] names = Entry<string[]>(content, Classes, file)
            ?? throw new DataException($"{file}: the names of its classes are missing");
        HeadOptions? head = Entry<HeadOptions>(content, Head, file);
        TrainedEncoder encoder = TrainedEncoder.Load(directory, device);
        int representation = encoder.Module is ResNet resnet ? resnet.RepresentationSize : 0;
        FirstLayers? projection = head is null ? null
            : new FirstLayers(head, representation, Entry<int>(content, Layers, file));
        var layer = new LinearClassifier(projection?.Size ?? representation, names.Length);
        var model = new ClassifierModel(encoder.Module, projection, layer, ChannelsLast.Convert(encoder.Module));
        ModuleState.Load(LayersAfterEncoder(model), content.Tensors, file);
        model.to(torch.device(device));
        model.eval();
        return new TrainedClassifier(encoder, model, names, head);
    }

    /// <summary>Classifies labeled images, without training.</summary>
    /// <param name="test">
    /// The labeled images. Classes are matched by name; images of classes that were not learned count as wrong.
    /// </param>
    /// <param name="data">The options for reading images.</param>
    /// <param name="skipped">The list that collects unreadable images, which are left out.</param>
    /// <param name="progress">The receiver of the number of images done.</param>
    /// <param name="seed">The seed of the confidence intervals.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="DataException">
    /// Labels are missing, there is no common class, or too many images cannot be read.
    /// </exception>
    public EvaluationOutcome Test(
        ImageDataSet test,
        DataOptions? data = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        long seed = 0,
        CancellationToken cancellation = default)
        => Test(test, data, skipped, progress, seed, SingleProcess.Instance, cancellation);

    /// <summary>
    /// Classifies on several ranks: each rank classifies a part, and every rank gets the whole result.
    /// </summary>
    internal EvaluationOutcome Test(
        ImageDataSet test,
        DataOptions? data,
        SkippedImages? skipped,
        IProgress<int>? progress,
        long seed,
        ICommunicator ranks,
        CancellationToken cancellation)
    {
        (EmbeddingTable table, float[] logits) = Score(test, data, skipped, progress, ranks, cancellation);
        return EvaluationOutcome.FromScores(table, logits, ClassNames.Count, seed);
    }

    /// <summary>Computes the logits of labeled images, images · classes, with the embeddings that have them.</summary>
    internal (EmbeddingTable Table, float[] Logits) Score(
        ImageDataSet test,
        DataOptions? data,
        SkippedImages? skipped,
        IProgress<int>? progress,
        ICommunicator ranks,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(test);
        _ = ClassMatch.Create(ClassNames, test.ClassNames, test.RequireLabels());
        EmbeddingTable table = TablePair.Match(ClassNames, Embedder.Embed(
            Encoder, test, new EvaluationTransform(Encoder.Views), data, skipped, progress, ranks, cancellation));
        return (table, Logits(table));
    }

    /// <summary>Scores the readable images of a set with several classes per image, without training.</summary>
    /// <param name="images">Images of the same classes.</param>
    /// <param name="data">The options for reading images.</param>
    /// <param name="skipped">The list that collects unreadable images, which are left out.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="DataException">
    /// The images have one class each, the classes differ, or too many images cannot be read.
    /// </exception>
    internal MultiLabelScores Scores(
        ImageDataSet images, DataOptions data, SkippedImages skipped, CancellationToken cancellation)
    {
        images.RequireMultiLabels();
        ClassMatch.RequireSame(ClassNames, images.ClassNames);
        EmbeddingTable table = Embedder.Embed(Encoder, images, data, skipped, null, cancellation);
        return new MultiLabelScores(
            table.Paths, ClassNames, MultiLabelMarks.ForPaths(images, table.Paths), Logits(table));
    }

    /// <summary>Writes <c>encoder.safetensors</c> and <c>classifier.safetensors</c>.</summary>
    internal void Save(RunDirectory directory, IReadOnlyDictionary<string, string> provenance)
    {
        Encoder.Save(directory.EncoderFile, provenance);
        SaveLayers(directory.ClassifierFile);
    }

    /// <summary>Writes the layers after the encoder.</summary>
    internal void SaveLayers(string file)
    {
        var metadata = new Dictionary<string, string>
        {
            [Classes] = JsonSerializer.Serialize(ClassNames, Json.Compact),
        };
        if (model.Projection is { } projection)
        {
            metadata[Head] = JsonSerializer.Serialize(head, Json.Compact);
            metadata[Layers] = JsonSerializer.Serialize(projection.Count, Json.Plain);
        }

        SafetensorsFile.Write(file, [.. LayersAfterEncoder(model)], metadata);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private static IEnumerable<KeyValuePair<string, Tensor>> LayersAfterEncoder(ClassifierModel model)
        => ModuleState.Enumerate(model)
            .Where(s => s.Key.StartsWith(ProjectionPrefix, StringComparison.Ordinal)
                || s.Key.StartsWith(ClassifierPrefix, StringComparison.Ordinal));

    private static T? Entry<T>(SafetensorsFile content, string name, string file)
    {
        try
        {
            return content.Metadata.TryGetValue(name, out string? json)
                ? JsonSerializer.Deserialize<T>(json, Json.Compact)
                : default;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new DataException($"{file}: its entry {name} cannot be used ({Json.ReasonOf(error)})", error);
        }
    }

    private float[] Logits(EmbeddingTable table)
    {
        using var scope = NewDisposeScope();
        using var inference = new InferenceMode(model);
        using Tensor h = tensor(table.Values, [table.Count, table.Dimension], device: CPU);
        return model.Logits(h.to(torch.device(inference.Device))).cpu().contiguous().data<float>().ToArray();
    }
}
