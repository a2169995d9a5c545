namespace SimClr.Evaluation;

/// <summary>What came out for one λ.</summary>
/// <param name="L2">λ.</param>
/// <param name="Validation">The metric on the validation rows, 0 … 1.</param>
/// <param name="Objective">The objective on the training rows, at its minimum.</param>
/// <param name="Iterations">Steps of L-BFGS.</param>
/// <param name="Converged">Whether the search ended because it was near enough to the minimum.</param>
public sealed record LogisticSweepPoint(double L2, double Validation, double Objective, int Iterations, bool Converged);

/// <summary>A logistic regression whose λ was chosen by validation.</summary>
/// <param name="Model">Fitted to training and validation rows with the chosen λ.</param>
/// <param name="Sweep">Every λ, from the strongest.</param>
/// <param name="TrainRows">Rows that the sweep was fitted to.</param>
/// <param name="ValidationRows">Rows that λ was chosen by.</param>
public sealed record LogisticSelection(
    LogisticRegression Model, IReadOnlyList<LogisticSweepPoint> Sweep, int TrainRows, int ValidationRows);
