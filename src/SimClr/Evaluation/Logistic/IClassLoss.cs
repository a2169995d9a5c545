using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>The loss of a logistic regression as a function of the logits.</summary>
internal interface IClassLoss : IDisposable
{
    /// <summary>The number of classes that the model can learn.</summary>
    int Classes { get; }

    /// <summary>Computes the loss summed over rows, and its derivative with respect to each logit.</summary>
    /// <param name="start">The number of the first row.</param>
    /// <param name="logits">[rows, classes]; may be overwritten.</param>
    (double Loss, Tensor Residuals) Evaluate(int start, Tensor logits);

    /// <summary>
    /// Computes the second derivative with respect to the logits of a row, summed over rows: [classes, classes],
    /// double.
    /// </summary>
    Tensor Curvature(int start, Tensor logits);
}
