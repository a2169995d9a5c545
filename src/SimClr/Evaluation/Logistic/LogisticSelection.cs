namespace SimClr.Evaluation;

/// <summary>The result for one λ.</summary>
/// <param name="L2">λ.</param>
/// <param name="Validation">The metric on the validation rows, 0 … 1.</param>
/// <param name="Objective">The minimum of the objective on the training rows.</param>
/// <param name="Iterations">The number of L-BFGS steps.</param>
/// <param name="Converged">Whether the search ended close enough to the minimum.</param>
public sealed record LogisticSweepPoint(double L2, double Validation, double Objective, int Iterations, bool Converged);

/// <summary>A logistic regression whose λ was chosen by validation.</summary>
/// <param name="Model">The model, fitted to training and validation rows with the chosen λ.</param>
/// <param name="Sweep">The result for each λ, from the strongest.</param>
/// <param name="TrainRows">The number of rows that the sweep was fitted to.</param>
/// <param name="ValidationRows">The number of rows that λ was chosen on.</param>
public sealed record LogisticSelection(
    LogisticRegression Model, IReadOnlyList<LogisticSweepPoint> Sweep, int TrainRows, int ValidationRows)
{
    /// <summary>
    /// The logits of the validation rows by the model of the chosen λ that was not fitted to them; null for rows with
    /// several classes.
    /// </summary>
    internal HeldOutScores? HeldOut { get; init; }
}
