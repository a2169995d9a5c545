using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>How one step comes to the gradient of its whole batch.</summary>
internal interface IGradientStep
{
    /// <summary>Takes the views of one batch and adds the gradient of its loss to the model's parameters.</summary>
    /// <param name="nextViews">
    /// Gives the next micro-batch: both views of m images, first views first, [2m, 3, S, S], valid until the next call.
    /// </param>
    StepOutcome Compute(Func<Tensor> nextViews);
}

/// <summary>What a step saw of its whole batch. The tensors belong to the caller's dispose scope.</summary>
/// <param name="Loss">The loss of the batch, a scalar.</param>
/// <param name="H">Representations of both views, [2N, r], in any order.</param>
/// <param name="Z">Projections, [2N, d], first views first.</param>
internal sealed record StepOutcome(Tensor Loss, Tensor H, Tensor Z);
