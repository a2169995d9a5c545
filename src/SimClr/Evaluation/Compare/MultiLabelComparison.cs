namespace SimClr.Evaluation;

/// <summary>
/// The difference in accuracy between two evaluations on the same multi-label images: accuracy is the share of correct
/// decisions (<see cref="MultiLabelPair"/>) over all images and classes that count.
/// </summary>
/// <param name="Images">The number of test images.</param>
/// <param name="Decisions">The number of decisions: one for each image and class that counts.</param>
/// <param name="OnlyACorrect">The number of decisions that only the first makes correctly.</param>
/// <param name="OnlyBCorrect">The number of decisions that only the second makes correctly.</param>
public sealed record MultiLabelComparison(int Images, int Decisions, int OnlyACorrect, int OnlyBCorrect)
{
    /// <summary>The accuracy of the first, 0 … 1.</summary>
    public required double AccuracyA { get; init; }

    /// <summary>The accuracy of the second, 0 … 1.</summary>
    public required double AccuracyB { get; init; }

    /// <summary>The accuracy of the first minus that of the second.</summary>
    public double Difference => (double)(OnlyACorrect - OnlyBCorrect) / Decisions;

    /// <summary>The 95% interval of the difference: a percentile bootstrap over the test images.</summary>
    public required Interval DifferenceInterval { get; init; }

    /// <summary>
    /// The two-sided p-value of the difference: the share of exchanges of whole images with a difference at least as
    /// large; above 0.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>The number of random exchanges behind the p-value.</summary>
    public required int Samples { get; init; }
}
