using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>The progress of fine-tuning.</summary>
/// <param name="Run">The number of the current training run, from 1.</param>
/// <param name="Runs">The number of training runs: those of the search and the final one.</param>
/// <param name="Step">The number of steps done in this training run.</param>
/// <param name="Steps">The number of steps of this training run.</param>
/// <param name="Loss">The loss of the last step.</param>
public sealed record FineTuneProgress(int Run, int Runs, long Step, long Steps, double Loss);

/// <summary>One setting of a search.</summary>
/// <param name="Rate">The learning rate of the first step.</param>
/// <param name="WeightDecay">The weight decay, as applied.</param>
/// <param name="Score">
/// The value of <see cref="FineTuning.Metric"/> on the validation images, 0 … 1; null if training diverged.
/// </param>
public sealed record FineTuneTrial(double Rate, double WeightDecay, double? Score);

/// <summary>The result of fine-tuning, for the network after the last step.</summary>
/// <param name="Outcome">The classification of the test images.</param>
/// <param name="Options">The options of the final network.</param>
/// <param name="Steps">The number of steps of the final network.</param>
/// <param name="BatchNormDecay">The decay of batch norm's running statistics.</param>
/// <param name="Labels">The number of labeled images that the final network was trained on.</param>
/// <param name="FinalLoss">The cross-entropy of the last step.</param>
/// <param name="Search">The settings that were tried on validation images, in order; empty without a search.</param>
/// <param name="ValidationImages">The number of images that the choice was made on.</param>
/// <param name="SkippedImages">The number of images that were left out because they could not be read.</param>
public sealed record FineTuneResult(
    EvaluationOutcome Outcome,
    FineTuneOptions Options,
    long Steps,
    double BatchNormDecay,
    int Labels,
    double FinalLoss,
    IReadOnlyList<FineTuneTrial> Search,
    int ValidationImages,
    int SkippedImages)
{
    /// <summary>
    /// The scores of the validation images by the best network of the search, which was not trained on them; null
    /// without a search.
    /// </summary>
    internal HeldOutScores? HeldOut { get; init; }

    /// <summary>The scores of the test images; null if none is of a learned class.</summary>
    internal HeldOutScores? TestScores { get; init; }
}
