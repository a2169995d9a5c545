namespace SimClr.Evaluation;

/// <summary>A linear layer.</summary>
/// <param name="Classes">Classes.</param>
/// <param name="Weights">Class by class.</param>
/// <param name="Intercepts">One per class.</param>
internal sealed record LogisticWeights(int Classes, double[] Weights, double[] Intercepts);
