using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>The options of logistic regression and of the choice of λ (paper, Appendix B.8.1).</summary>
public sealed record LogisticOptions
{
    /// <summary>The paper's 45 values of λ: 1e-6 … 1e5 in even logarithmic steps, ascending.</summary>
    public static IReadOnlyList<double> PaperStrengths { get; }
        = [.. Enumerable.Range(0, 45).Select(i => Math.Pow(10, -6 + (i * 11.0 / 44)))];

    /// <summary>The values of λ to choose from, each above 0. Default: <see cref="PaperStrengths"/>.</summary>
    public IReadOnlyList<double> Strengths { get; init => field = ValidateStrengths(value); } = PaperStrengths;

    /// <summary>The metric that the chosen λ maximizes; in a tie, the strongest λ wins. Default: top-1.</summary>
    public SelectionMetric Metric { get; init; }

    /// <summary>
    /// The estimated distance of the objective above its minimum at which the search stops, relative to its value,
    /// 1e-14 … 0.1. Default: 1e-10.
    /// </summary>
    public double Tolerance { get; init => field = Require.Between(value, 1e-14, 0.1); } = 1e-10;

    /// <summary>The maximum number of L-BFGS steps for one λ. Default: 1,000.</summary>
    public int MaxIterations { get; init => field = Require.Positive(value); } = 1000;

    /// <summary>
    /// The share of each class that is held out of the training rows if no validation rows are given, 0.001 … 0.9.
    /// Default: 0.2.
    /// </summary>
    public double HoldOut { get; init => field = Require.Between(value, 0.001, 0.9); } = 0.2;

    /// <summary>The seed of the draw of held-out rows. Default: 0.</summary>
    public long Seed { get; init; }

    private static double[] ValidateStrengths(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(Strengths));
        return [.. values.Select(value => Require.Positive(value, nameof(Strengths))).Order()];
    }
}
