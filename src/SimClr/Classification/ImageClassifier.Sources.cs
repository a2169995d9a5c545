using SimClr.Checkpoints;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Classification;

/// <content>The ways to get a classifier.</content>
public sealed partial class ImageClassifier
{
    /// <summary>Creates a classifier from a logistic regression.</summary>
    /// <param name="encoder">
    /// The encoder that computed the embeddings. The caller disposes it, after the classifier.
    /// </param>
    /// <param name="found">The logistic regression.</param>
    /// <param name="train">The labeled embeddings that it was fitted to, as a reference for the novelty.</param>
    /// <param name="forTransfer">
    /// Whether the images were preprocessed by <see cref="Augmentation.EvaluationTransform.ForTransfer"/>. Default:
    /// false.
    /// </param>
    /// <exception cref="ArgumentException">The dimensions differ, or rows have several classes.</exception>
    public static ImageClassifier FromLogistic(
        TrainedEncoder encoder, LogisticSelection found, EmbeddingTable train, bool forTransfer = false)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(train);
        HeldOutScores scores = found.HeldOut ?? throw new ArgumentException(
            "the rows of the logistic regression have several classes each, expected one", nameof(found));
        LinearHead head = HeadOf(found.Model, NamesOf(train, found.Model.Classes)) with { ForTransfer = forTransfer };
        return Create(
            encoder,
            head,
            "logistic",
            found.TrainRows + found.ValidationRows,
            scores,
            test: null,
            train);
    }

    /// <summary>Creates a classifier from a linear evaluation.</summary>
    /// <param name="encoder">
    /// The encoder that was evaluated. The caller disposes it, after the classifier.
    /// </param>
    /// <param name="trained">The result of the evaluation.</param>
    /// <param name="train">Labeled embeddings of training images, as a reference for the novelty.</param>
    /// <param name="heldOut">
    /// The result of the same recipe, trained on a part of the training images and tested on the rest, from which the
    /// temperature and the quality are taken. Default: null, no temperature, and the quality on the test images.
    /// </param>
    /// <exception cref="ArgumentException">The dimensions or classes differ.</exception>
    public static ImageClassifier FromLinear(
        TrainedEncoder encoder, LinearResult trained, EmbeddingTable train, LinearResult? heldOut = null)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(train);
        LinearWeights layer = trained.Layer ?? throw new ArgumentException(
            "the result has no layer, expected one of LinearEvaluation", nameof(trained));
        int classes = layer.Biases.Length;
        return Create(
            encoder,
            new LinearHead(NamesOf(train, classes), layer.Weights, layer.Biases),
            "linear",
            trained.TrainImages,
            heldOut is null ? null : Scores(heldOut, "held-out training images"),
            Scores(trained, "test images"),
            train);

        HeldOutScores? Scores(LinearResult result, string origin)
            => result.Logits.Length == (long)classes * result.Outcome.Labels.Count
                ? HeldOutScores.OfLearned(result.Logits, classes, result.Outcome.Labels, origin)
                : throw new ArgumentException($"the results have different classes, expected {classes} in both");
    }

    /// <summary>
    /// Returns this classifier, of a fine-tuned network, with its temperature, quality and novelty. It shares the
    /// encoder, which is disposed with this object.
    /// </summary>
    /// <param name="result">The result of the fine-tuning.</param>
    /// <param name="train">
    /// Labeled embeddings of training images by <see cref="Encoder"/>, as a reference for the novelty.
    /// </param>
    /// <exception cref="ArgumentException">The dimensions differ.</exception>
    public ImageClassifier WithQuality(FineTuneResult result, EmbeddingTable train)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(train);
        return Create(
            Encoder,
            new LinearHead(classNames, weights, biases) { Normalized = normalized, ForTransfer = forTransfer },
            "finetune",
            result.Labels,
            result.HeldOut,
            result.TestScores,
            train);
    }

    /// <summary>Creates a classifier on unit vectors from a few labels.</summary>
    internal static ImageClassifier FromFewLabels(
        TrainedEncoder encoder,
        EmbeddingTable labeled,
        IReadOnlyList<string> classNames,
        LogisticRegression model,
        HeldOutScores? scores)
        => Create(
            encoder, HeadOf(model, classNames) with { Normalized = true }, "few-label", labeled.Count, scores, null,
            labeled);

    private static ImageClassifier FromRun(TrainedClassifier trained)
    {
        LinearClassifier layer = trained.Model.Classifier;
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> parts = ModuleState.Enumerate(layer).ToDictionary();
        var head = new LinearHead(
            trained.ClassNames,
            Values(parts.Single(part => part.Value.Dimensions == 2).Value),
            Values(parts.Single(part => part.Value.Dimensions == 1).Value));
        TrainedEncoder encoder = trained.Model.Projection is { } projection
            ? trained.Encoder.WithHead(projection)
            : trained.Encoder;
        return new ImageClassifier(encoder, head, trained);

        static float[] Values(Tensor part)
            => part.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    /// <summary>
    /// Creates a classifier whose temperature and quality are those of held-out images. Without them, the quality is
    /// that on test images, which are not used for any choice, and there is no temperature.
    /// </summary>
    private static ImageClassifier Create(
        TrainedEncoder encoder,
        LinearHead head,
        string protocol,
        int labels,
        HeldOutScores? scores,
        HeldOutScores? test,
        EmbeddingTable reference)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return encoder.Dimension == reference.Dimension
            ? new ImageClassifier(encoder, head, owner: null)
            {
                Temperature = scores is null ? 1
                    : TemperatureScaling.Fit(scores.Logits, scores.Classes, scores.Labels),
                Quality = scores is null
                    ? ClassifierQuality.Measure(protocol, labels, test) with { Calibrated = null }
                    : ClassifierQuality.Measure(protocol, labels, scores),
                Novelty = NoveltyReference.Create(reference, reference.RequireLabels()),
            }
            : throw new ArgumentException(
                $"the embeddings have {reference.Dimension} values, and the encoder computes {encoder.Dimension}; "
                    + "expected the encoder that computed them",
                nameof(encoder));
    }

    private static LinearHead HeadOf(LogisticRegression model, IReadOnlyList<string> classNames)
        => new(
            classNames,
            [.. model.Weights.Select(weight => (float)weight)],
            [.. model.Intercepts.Select(intercept => (float)intercept)]);

    private static IReadOnlyList<string> NamesOf(EmbeddingTable train, int classes)
        => train.ClassNames is { } names && names.Count == classes
            ? names
            : [.. Enumerable.Range(0, classes)
                .Select(number => number < train.ClassNames?.Count
                    ? train.ClassNames[number]
                    : number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
