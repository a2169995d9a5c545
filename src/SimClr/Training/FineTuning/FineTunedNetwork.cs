using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>A fine-tuned network before its test, and the record of its training.</summary>
/// <param name="Classifier">The network; owned.</param>
/// <param name="Options">The options of the network.</param>
/// <param name="Images">The number of images that it was trained on.</param>
/// <param name="FinalLoss">The loss of the last step.</param>
/// <param name="Search">The settings that were tried on validation images, in order; empty without a search.</param>
/// <param name="ValidationImages">The number of images that the choice was made on.</param>
/// <param name="SkippedImages">
/// The number of training and validation images that were left out because they could not be read.
/// </param>
internal sealed record FineTunedNetwork(
    TrainedClassifier Classifier,
    FineTuneOptions Options,
    int Images,
    double FinalLoss,
    IReadOnlyList<FineTuneTrial> Search,
    int ValidationImages,
    int SkippedImages) : IDisposable
{
    /// <summary>The scores of the validation images by the best network of the search; null without one.</summary>
    public HeldOutScores? HeldOut { get; init; }

    /// <summary>The number of steps that the network was trained for.</summary>
    public long Steps => Options.StepsFor(Images);

    public void Dispose() => Classifier.Dispose();
}
