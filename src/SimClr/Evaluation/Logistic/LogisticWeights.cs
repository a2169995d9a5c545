namespace SimClr.Evaluation;

/// <summary>The parameters of a linear layer.</summary>
/// <param name="Classes">The number of classes.</param>
/// <param name="Weights">The weights, class by class.</param>
/// <param name="Intercepts">The intercepts, one per class.</param>
internal sealed record LogisticWeights(int Classes, double[] Weights, double[] Intercepts);
