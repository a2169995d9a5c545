namespace SimClr.Evaluation;

/// <summary>The differences between two classifications of the same images.</summary>
/// <param name="BothCorrect">The number of images that both classified correctly.</param>
/// <param name="OnlyACorrect">The number of images that only the first classified correctly.</param>
/// <param name="OnlyBCorrect">The number of images that only the second classified correctly.</param>
/// <param name="BothWrong">The number of images that both classified wrongly.</param>
public sealed record ModelComparison(int BothCorrect, int OnlyACorrect, int OnlyBCorrect, int BothWrong)
{
    /// <summary>The number of test images.</summary>
    public int Images => BothCorrect + OnlyACorrect + OnlyBCorrect + BothWrong;

    /// <summary>The accuracy of the first, 0 … 1.</summary>
    public double Top1A => (double)(BothCorrect + OnlyACorrect) / Images;

    /// <summary>The accuracy of the second, 0 … 1.</summary>
    public double Top1B => (double)(BothCorrect + OnlyBCorrect) / Images;

    /// <summary>The accuracy of the first minus that of the second.</summary>
    public double Difference => (double)(OnlyACorrect - OnlyBCorrect) / Images;

    /// <summary>
    /// The 95% interval of the difference: a percentile bootstrap over the test images, with the same resamples for
    /// both.
    /// </summary>
    public required Interval DifferenceInterval { get; init; }

    /// <summary>
    /// The two-sided p-value of the difference: the probability of one at least as large between two equally good
    /// models; above 0.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>The mean accuracy per class of the first minus that of the second.</summary>
    public required double MeanPerClassDifference { get; init; }

    /// <summary>The two-sided p-value of <see cref="MeanPerClassDifference"/>.</summary>
    public required double MeanPerClassPValue { get; init; }

    /// <summary>The number of random exchanges behind the p-values.</summary>
    public required int Samples { get; init; }
}
