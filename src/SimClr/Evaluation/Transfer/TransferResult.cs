using SimClr.Data;

namespace SimClr.Evaluation;

/// <summary>How well an encoder does on a set of the transfer suite.</summary>
/// <param name="Set">The set.</param>
/// <param name="Value">Its measure on the test images, 0 … 1.</param>
/// <param name="Interval">The 95 % interval of <paramref name="Value"/> over test images.</param>
/// <param name="Validation">The measure on the validation images, by which the setting was chosen.</param>
/// <param name="Chosen">What was chosen by it, by name: <c>l2</c> is the λ of a logistic regression.</param>
/// <param name="TrainImages">Images learned from in the end: those for training and those for validation.</param>
/// <param name="TestImages">Images tested on.</param>
/// <param name="SkippedImages">Images of all parts that could not be read and were left out.</param>
/// <param name="IsPartial">Whether the set is not whole, so that the paper's numbers are none of this set.</param>
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
    /// <summary>What fine-tuning chose from, in order; empty for logistic regression, whose λ are the same for every set.</summary>
    public IReadOnlyList<TransferTrial> Search { get; init; } = [];

    /// <summary>What was said about each test image; null where an image may have several classes.</summary>
    public EvaluationOutcome? Outcome { get; init; }

    /// <summary>The same where an image may have several classes; else null.</summary>
    public MultiLabelScores? Scores { get; init; }

    /// <summary>The classes by number.</summary>
    public IReadOnlyList<string> ClassNames => Outcome?.ClassNames ?? Scores!.ClassNames;
}

/// <summary>A setting that fine-tuning tried on a set.</summary>
/// <param name="Rate">The rate of the first step.</param>
/// <param name="WeightDecay">Weight decay, as it was applied.</param>
/// <param name="Score">The measure of the set on the validation images, 0 … 1; null where training diverged.</param>
public sealed record TransferTrial(double Rate, double WeightDecay, double? Score);
