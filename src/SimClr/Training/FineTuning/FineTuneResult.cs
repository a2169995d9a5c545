using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>Where a fine-tuning is.</summary>
/// <param name="Run">Which of the runs, from 1.</param>
/// <param name="Runs">Runs of the search and the last one.</param>
/// <param name="Step">Steps of this run done.</param>
/// <param name="Steps">Steps of this run.</param>
/// <param name="Loss">Loss of the last step.</param>
public sealed record FineTuneProgress(int Run, int Runs, long Step, long Steps, double Loss);

/// <summary>One setting of a search.</summary>
/// <param name="Rate">The rate of the first step.</param>
/// <param name="WeightDecay">Weight decay, as it was applied.</param>
/// <param name="Score">What it is chosen by (<see cref="FineTuning.Metric"/>) on the validation images, 0 … 1; null where training diverged.</param>
public sealed record FineTuneTrial(double Rate, double WeightDecay, double? Score);

/// <summary>What fine-tuning found, with the network as it was after the last step.</summary>
/// <param name="Outcome">The test images' classification.</param>
/// <param name="Options">What the last network was trained with.</param>
/// <param name="Steps">Steps of the last network.</param>
/// <param name="BatchNormDecay">Decay of batch norm's running statistics.</param>
/// <param name="Labels">Labeled images that the last network was trained on.</param>
/// <param name="FinalLoss">Cross-entropy of the last step.</param>
/// <param name="Search">What was tried on validation images, in order; empty where nothing was chosen.</param>
/// <param name="ValidationImages">Images that the choice was made on.</param>
/// <param name="SkippedImages">Images that could not be read and were left out.</param>
public sealed record FineTuneResult(
    EvaluationOutcome Outcome,
    FineTuneOptions Options,
    long Steps,
    double BatchNormDecay,
    int Labels,
    double FinalLoss,
    IReadOnlyList<FineTuneTrial> Search,
    int ValidationImages,
    int SkippedImages);
