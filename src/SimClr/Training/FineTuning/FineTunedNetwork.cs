namespace SimClr.Training;

/// <summary>A fine-tuned network before it is tested, and how it came about.</summary>
/// <param name="Classifier">The network; owned.</param>
/// <param name="Options">What it was trained with.</param>
/// <param name="Images">Images that it was trained on.</param>
/// <param name="FinalLoss">Loss of the last step.</param>
/// <param name="Search">What was tried on validation images, in order; empty where nothing was chosen.</param>
/// <param name="ValidationImages">Images that the choice was made on.</param>
/// <param name="SkippedImages">Images, of those for training and validation, that could not be read and were left out.</param>
internal sealed record FineTunedNetwork(
    TrainedClassifier Classifier,
    FineTuneOptions Options,
    int Images,
    double FinalLoss,
    IReadOnlyList<FineTuneTrial> Search,
    int ValidationImages,
    int SkippedImages) : IDisposable
{
    /// <summary>Steps that it was trained for.</summary>
    public long Steps => Options.StepsFor(Images);

    public void Dispose() => Classifier.Dispose();
}
