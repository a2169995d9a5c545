namespace SimClr.Evaluation;

/// <summary>How two classifications of the same images differ.</summary>
/// <param name="BothCorrect">Images that both got right.</param>
/// <param name="OnlyACorrect">Images that only the first got right.</param>
/// <param name="OnlyBCorrect">Images that only the second got right.</param>
/// <param name="BothWrong">Images that both got wrong.</param>
public sealed record ModelComparison(int BothCorrect, int OnlyACorrect, int OnlyBCorrect, int BothWrong)
{
    /// <summary>Test images.</summary>
    public int Images => BothCorrect + OnlyACorrect + OnlyBCorrect + BothWrong;

    /// <summary>Accuracy of the first, 0 … 1.</summary>
    public double Top1A => (double)(BothCorrect + OnlyACorrect) / Images;

    /// <summary>Accuracy of the second.</summary>
    public double Top1B => (double)(BothCorrect + OnlyBCorrect) / Images;

    /// <summary>Accuracy of the first less that of the second.</summary>
    public double Difference => (double)(OnlyACorrect - OnlyBCorrect) / Images;

    /// <summary>Its 95 % interval (percentile bootstrap over the test images, both on the same resamples).</summary>
    public required Interval DifferenceInterval { get; init; }

    /// <summary>The probability of a difference at least as large, either way, between two equally good models; above 0.</summary>
    public required double PValue { get; init; }

    /// <summary>Mean over classes of the accuracy of the first, less that of the second.</summary>
    public required double MeanPerClassDifference { get; init; }

    /// <summary>The same probability for it.</summary>
    public required double MeanPerClassPValue { get; init; }

    /// <summary>Random exchanges that the probabilities were counted from.</summary>
    public required int Samples { get; init; }
}
