using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>The loss of a logistic regression as a function of the logits.</summary>
internal interface IClassLoss : IDisposable
{
    /// <summary>Classes of the model, those that can be learned.</summary>
    int Classes { get; }

    /// <summary>The sum over rows, and its derivative by each logit.</summary>
    /// <param name="start">The number of the first row.</param>
    /// <param name="logits">[rows, classes]; may be written over.</param>
    (double Loss, Tensor Residuals) Evaluate(int start, Tensor logits);

    /// <summary>The second derivative by the logits of a row, summed over rows: [classes, classes], double.</summary>
    Tensor Curvature(int start, Tensor logits);
}
