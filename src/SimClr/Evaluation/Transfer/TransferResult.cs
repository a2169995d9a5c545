using SimClr.Data;

namespace SimClr.Evaluation;

/// <summary>The result of an encoder on a set of the transfer suite.</summary>
/// <param name="Set">The set.</param>
/// <param name="Value">The measure of the set on the test images, 0 … 1.</param>
/// <param name="Interval">The 95% interval of <paramref name="Value"/> over test images.</param>
/// <param name="Validation">The measure on the validation images, by which the setting was chosen.</param>
/// <param name="Chosen">The chosen setting, by name: <c>l2</c> is the λ of a logistic regression.</param>
/// <param name="TrainImages">The number of images of the final fit: training and validation images.</param>
/// <param name="TestImages">The number of test images.</param>
/// <param name="SkippedImages">The number of unreadable images of all splits, which were skipped.</param>
/// <param name="IsPartial">Whether the set is incomplete, so that the paper's numbers do not apply.</param>
public sealed record TransferResult(
    TransferSet Set,
    double Value,
    Interval Interval,
    double Validation,
    IReadOnlyList<(string Name, double Value)> Chosen,
    int TrainImages,
    int TestImages,
    int SkippedImages,
    bool IsPartial)
{
    /// <summary>
    /// The settings that fine-tuning tried, in order; empty for logistic regression, whose λ are the same for every
    /// set.
    /// </summary>
    public IReadOnlyList<TransferTrial> Search { get; init; } = [];

    /// <summary>The predictions for each test image; null for a multi-label set.</summary>
    public EvaluationOutcome? Outcome { get; init; }

    /// <summary>The predictions for a multi-label set; otherwise null.</summary>
    public MultiLabelScores? Scores { get; init; }

    /// <summary>The classes by number.</summary>
    public IReadOnlyList<string> ClassNames => Outcome?.ClassNames ?? Scores!.ClassNames;
}

/// <summary>A setting that fine-tuning tried on a set.</summary>
/// <param name="Rate">The learning rate of the first step.</param>
/// <param name="WeightDecay">The weight decay, as applied.</param>
/// <param name="Score">The measure of the set on the validation images, 0 … 1; null if training diverged.</param>
public sealed record TransferTrial(double Rate, double WeightDecay, double? Score);
