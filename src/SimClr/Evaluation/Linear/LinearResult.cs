namespace SimClr.Evaluation;

/// <summary>The result of a linear evaluation, with the layer after the last step.</summary>
/// <param name="Top1">The share of test images whose class has the highest logit, 0 … 1.</param>
/// <param name="Top5">The share of test images whose class is among the five with the highest logits, 0 … 1.</param>
/// <param name="Epochs">The number of passes over the training images.</param>
/// <param name="TrainImages">The number of images that the layer was trained on.</param>
/// <param name="TestImages">The number of classified images.</param>
/// <param name="Classes">The number of classes in the data set.</param>
/// <param name="FinalLoss">The cross-entropy of the last step.</param>
/// <param name="Predictions">The predicted class of each test image.</param>
public sealed record LinearResult(
    double Top1,
    double Top5,
    int Epochs,
    int TrainImages,
    int TestImages,
    int Classes,
    double FinalLoss,
    IReadOnlyList<int> Predictions)
{
    /// <summary>All measures of the predictions.</summary>
    public required EvaluationOutcome Outcome { get; init; }

    /// <summary>
    /// The number of images per step, over all ranks; each epoch drops the training images left after whole batches.
    /// </summary>
    public int BatchSize { get; init; }

    /// <summary>The layer after the last step.</summary>
    internal LinearWeights? Layer { get; init; }

    /// <summary>The logits of the test images: images · classes numbers.</summary>
    internal float[] Logits { get; init; } = [];

    /// <summary>The number of unreadable images of both sets, which were skipped.</summary>
    public int SkippedImages { get; init; }
}
