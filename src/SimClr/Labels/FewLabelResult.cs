using SimClr.Evaluation;

namespace SimClr.Labels;

/// <summary>A classifier from a few labels, and what it says of all images.</summary>
/// <param name="ClassNames">The classes by number.</param>
/// <param name="Predictions">The most probable class of each row, also of those with a label.</param>
/// <param name="Probabilities">rows · classes numbers that sum to 1 for each row.</param>
/// <param name="L2">λ of the logistic regression, chosen by cross-validation.</param>
/// <param name="Validation">How good it is; null where the labels are too few to tell.</param>
public sealed record FewLabelResult(
    IReadOnlyList<string> ClassNames, int[] Predictions, float[] Probabilities, double L2, CrossValidation? Validation)
{
    /// <summary>Whether the fit came near enough to its minimum, and did not end for want of steps.</summary>
    public bool Converged { get; init; } = true;

    /// <summary>The probability of a row's predicted class.</summary>
    public float Confidence(int row) => Probabilities[(row * ClassNames.Count) + Predictions[row]];

    /// <summary>How much more probable the first class of a row is than the second: 0 where it cannot tell.</summary>
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

/// <summary>How a classifier does on labeled images that it was not fitted to.</summary>
/// <param name="Accuracy">The share that was classified right.</param>
/// <param name="Interval">Wilson's 95 % interval for it.</param>
/// <param name="Images">Labeled images: each was held out once.</param>
/// <param name="Folds">Parts that were held out in turn.</param>
public sealed record CrossValidation(double Accuracy, Interval Interval, int Images, int Folds);
