namespace SimClr.Evaluation;

/// <summary>What a linear evaluation found, with the layer as it was after the last step.</summary>
/// <param name="Top1">Share of test images whose class got the highest logit, 0 … 1.</param>
/// <param name="Top5">Share of test images whose class is among the five highest.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="TrainImages">Images that the layer was trained on.</param>
/// <param name="TestImages">Images that were classified.</param>
/// <param name="Classes">Classes, from the data set.</param>
/// <param name="FinalLoss">Cross-entropy of the last step.</param>
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
    /// <summary>Everything else that can be read off the predictions.</summary>
    public required EvaluationOutcome Outcome { get; init; }

    /// <summary>Images of a step, over all ranks; what is left of the training images after whole batches is left out of each epoch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Images of both sets that could not be read and were left out.</summary>
    public int SkippedImages { get; init; }
}
