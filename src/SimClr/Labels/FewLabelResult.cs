using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Labels;

/// <summary>A classifier from a few labels, and its predictions for all images.</summary>
/// <param name="ClassNames">The classes by number.</param>
/// <param name="Predictions">The most probable class of each row, including labeled rows.</param>
/// <param name="Probabilities">rows · classes numbers, which sum to 1 for each row.</param>
/// <param name="L2">λ of the logistic regression, chosen by cross-validation.</param>
/// <param name="Validation">The cross-validation of the classifier; null if there are too few labels.</param>
public sealed record FewLabelResult(
    IReadOnlyList<string> ClassNames, int[] Predictions, float[] Probabilities, double L2, CrossValidation? Validation)
{
    /// <summary>Whether the fit came close enough to its minimum, instead of running out of steps.</summary>
    public bool Converged { get; init; } = true;

    /// <summary>The linear layer on unit vectors.</summary>
    internal LogisticRegression? Model { get; init; }

    /// <summary>The labeled rows, as unit vectors.</summary>
    internal EmbeddingTable? Labeled { get; init; }

    /// <summary>The logits of the labeled images by the classifiers of the cross-validation.</summary>
    internal HeldOutScores? HeldOut { get; init; }

    /// <summary>Returns a classifier of images that can be kept.</summary>
    /// <param name="encoder">
    /// The encoder that computed the embeddings. The caller disposes it, after the classifier.
    /// </param>
    /// <exception cref="ArgumentException">The encoder has another dimension than the embeddings.</exception>
    public ImageClassifier ToClassifier(TrainedEncoder encoder)
        => ImageClassifier.FromFewLabels(encoder, Labeled!, ClassNames, Model!, HeldOut);

    /// <summary>Returns the probability of a row's predicted class, 0 … 1.</summary>
    public float Confidence(int row) => Probabilities[(row * ClassNames.Count) + Predictions[row]];

    /// <summary>
    /// Returns the difference in probability between a row's two most probable classes, 0 … 1; 0 if they are equally
    /// probable.
    /// </summary>
    public float Margin(int row)
    {
        ReadOnlySpan<float> values = Probabilities.AsSpan(row * ClassNames.Count, ClassNames.Count);
        float second = 0;
        for (int other = 0; other < values.Length; other++)
        {
            second = other != Predictions[row] ? Math.Max(second, values[other]) : second;
        }

        return values[Predictions[row]] - second;
    }
}

/// <summary>The accuracy of a classifier on held-out labeled images.</summary>
/// <param name="Accuracy">The share of correctly classified images, 0 … 1.</param>
/// <param name="Interval">Wilson's 95% interval of the accuracy.</param>
/// <param name="Images">The number of labeled images; each was held out once.</param>
/// <param name="Folds">The number of folds, each held out in turn.</param>
public sealed record CrossValidation(double Accuracy, Interval Interval, int Images, int Folds);
