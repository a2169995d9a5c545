namespace SimClr.Classification;

/// <content>The parts of a classifier, from which another program can compute the same.</content>
public sealed partial class ImageClassifier
{
    /// <summary>
    /// The weights of the linear layer: classes · dimension numbers, class by class. Logits are weights · row + bias.
    /// </summary>
    public ReadOnlyMemory<float> LinearWeights => weights;

    /// <summary>The biases of the linear layer, one per class; −∞ for a class that was not learned.</summary>
    public ReadOnlyMemory<float> LinearBiases => biases;

    /// <summary>Whether a row is divided by its length before the linear layer.</summary>
    public bool IsNormalized => normalized;

    /// <summary>
    /// Whether images are prepared by <see cref="Augmentation.EvaluationTransform.ForTransfer"/>, rather than by the
    /// transform of evaluations.
    /// </summary>
    public bool IsForTransfer => forTransfer;
}
