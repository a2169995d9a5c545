using System.Numerics.Tensors;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Inference;
using SimClr.Training;

namespace SimClr.Classification;

/// <summary>
/// A classifier of images that can be kept: an encoder with its preprocessing, a linear layer on its output, the names
/// of the classes, the quality of the classifier, and a reference that recognizes images unlike the training images.
/// Thread-safe.
/// </summary>
public sealed partial class ImageClassifier : IDisposable
{
    private readonly float[] weights;
    private readonly float[] biases;
    private readonly string[] classNames;
    private readonly bool normalized;
    private readonly bool forTransfer;
    private readonly IDisposable? owner;
    private readonly EvaluationTransform transform;
    private readonly Lazy<ImageEmbedder> embedder;

    private ImageClassifier(TrainedEncoder encoder, LinearHead head, IDisposable? owner)
    {
        Encoder = encoder;
        this.owner = owner;
        (weights, biases) = (head.Weights, head.Biases);
        classNames = [.. head.ClassNames];
        (normalized, forTransfer) = (head.Normalized, head.ForTransfer);
        transform = forTransfer
            ? EvaluationTransform.ForTransfer(encoder.Views)
            : new EvaluationTransform(encoder.Views);
        embedder = new(() => new ImageEmbedder(encoder, transform));
    }

    /// <summary>The encoder, up to the layer whose output is classified.</summary>
    public TrainedEncoder Encoder { get; }

    /// <summary>The names of the classes, by number.</summary>
    public IReadOnlyList<string> ClassNames => classNames;

    /// <summary>
    /// The layer whose output is classified: <c>h</c>, <c>z</c>, or the number of a hidden layer of the head.
    /// </summary>
    public string Layer => LayerOf(Encoder);

    /// <summary>T: probabilities are softmax(logits / T). 1 if none was fitted.</summary>
    public double Temperature { get; private init; } = 1;

    /// <summary>The quality of the classifier; null if it was not measured.</summary>
    public ClassifierQuality? Quality { get; private init; }

    /// <summary>The reference for images that show none of the classes; null if there is none.</summary>
    public NoveltyReference? Novelty { get; private init; }

    /// <summary>Classifies an image file.</summary>
    /// <exception cref="UnreadableImageException">The file cannot be read or decoded.</exception>
    public ImagePrediction Classify(string path) => Classify(embedder.Value.Embed(path));

    /// <summary>Classifies an encoded image from a stream, which is read to its end.</summary>
    /// <exception cref="UnreadableImageException">The content is not an image, or it is broken.</exception>
    public ImagePrediction Classify(Stream encoded) => Classify(embedder.Value.Embed(encoded));

    /// <summary>Classifies an encoded image: the bytes of a JPEG, PNG, WebP, BMP or GIF file.</summary>
    /// <exception cref="UnreadableImageException">The content is not an image, or it is broken.</exception>
    public ImagePrediction Classify(ReadOnlySpan<byte> encoded) => Classify(embedder.Value.Embed(encoded));

    /// <summary>Classifies a decoded image.</summary>
    public ImagePrediction Classify(RgbImage image) => Classify(embedder.Value.Embed(image));

    /// <summary>
    /// Classifies an embedding by the classifier's encoder and preprocessing, normalized or not if the classifier
    /// normalizes rows.
    /// </summary>
    /// <param name="embedding">As many values as the encoder's representation has.</param>
    public ImagePrediction Classify(ReadOnlySpan<float> embedding)
    {
        int dimension = weights.Length / classNames.Length;
        if (embedding.Length != dimension)
        {
            throw new ArgumentException(
                $"got {embedding.Length} values, expected {dimension}, the dimension of the encoder",
                nameof(embedding));
        }

        float[] row = embedding.ToArray();
        double? novelty = Novelty?.Distance(row);
        if (normalized)
        {
            EmbeddingTable.Normalize(row, row);
        }

        float[] logits = new float[classNames.Length];
        for (int number = 0; number < logits.Length; number++)
        {
            ReadOnlySpan<float> w = weights.AsSpan(number * dimension, dimension);
            logits[number] = TensorPrimitives.Dot(row, w) + biases[number];
        }

        TemperatureScaling.Scale(logits, Temperature);
        return new ImagePrediction(
            classNames, Softmax.Rows(logits, logits.Length), novelty, novelty > Novelty?.Threshold);
    }

    /// <summary>Classifies the readable images of a set, in order, in memory that does not grow with it.</summary>
    /// <param name="images">The images; their labels are ignored.</param>
    /// <param name="options">The options for reading images, or null for the defaults.</param>
    /// <param name="skipped">The list that receives unreadable images.</param>
    /// <param name="cancellation">Stops the work between batches.</param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
    public IEnumerable<ClassifiedImage> Classify(
        ImageDataSet images,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new DataOptions();
        return ClassifyBlocks(images, options, skipped ?? new SkippedImages(images, options), cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (embedder.IsValueCreated)
        {
            embedder.Value.Dispose();
        }

        owner?.Dispose();
    }

    private IEnumerable<ClassifiedImage> ClassifyBlocks(
        ImageDataSet images, DataOptions options, SkippedImages skipped, CancellationToken cancellation)
    {
        int count = 0;
        using var network = new InferenceNetwork(Encoder.Module, Encoder.Head);
        foreach (EmbeddedBlock block in Embedder.Stream(
            network, images, 0, images.Count, Embedder.Renderer(transform), transform.Size, options, skipped,
            cancellation))
        {
            int dimension = weights.Length / classNames.Length;
            for (int i = 0; i < block.Rows.Length; i++)
            {
                count++;
                yield return new ClassifiedImage(
                    block.Rows[i],
                    images.PathOf(block.Rows[i]),
                    Classify(block.Values.AsSpan(i * dimension, dimension)));
            }
        }

        skipped.CheckAll();
        if (count == 0)
        {
            throw Embedder.NoneReadable(images);
        }
    }

    private static string LayerOf(TrainedEncoder encoder) => encoder.Head switch
    {
        null => TrainedHead.H,
        ProjectionHead => TrainedHead.Z,
        FirstLayers layers => layers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
        var other => throw new ArgumentException(
            $"the layers after the encoder are {other.GetType().Name}, expected a projection head or none"),
    };
}
