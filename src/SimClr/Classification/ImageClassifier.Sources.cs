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
            ClassifierQuality.Measure("logistic", found.TrainRows + found.ValidationRows, scores),
            scores,
            train);
    }

    /// <summary>Creates a classifier on unit vectors from a few labels.</summary>
    internal static ImageClassifier FromFewLabels(
        TrainedEncoder encoder,
        EmbeddingTable labeled,
        IReadOnlyList<string> classNames,
        LogisticRegression model,
        ClassifierQuality quality,
        HeldOutScores? scores)
        => Create(encoder, HeadOf(model, classNames) with { Normalized = true }, quality, scores, labeled);

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

    private static ImageClassifier Create(
        TrainedEncoder encoder,
        LinearHead head,
        ClassifierQuality quality,
        HeldOutScores? scores,
        EmbeddingTable reference)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return encoder.Dimension == reference.Dimension
            ? new ImageClassifier(encoder, head, owner: null)
            {
                Temperature = scores is null ? 1
                    : TemperatureScaling.Fit(scores.Logits, scores.Classes, scores.Labels),
                Quality = quality,
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
