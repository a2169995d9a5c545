using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The computation of the gradient of a whole batch.</summary>
internal interface IGradientStep : IDisposable
{
    /// <summary>
    /// Takes the views of one batch and adds the gradient of its loss to the gradients of the model's parameters.
    /// </summary>
    /// <param name="nextViews">Returns the next micro-batch: all views of m images, valid until the next call.</param>
    StepOutcome Compute(Func<ViewBatch> nextViews);
}

/// <summary>The views of a micro-batch.</summary>
/// <param name="Views">[V · m, 3, S, S]; with two views of each image, first views first.</param>
/// <param name="Images">
/// The index in the set of each view's image, [V · m] of int64, on the device of the views.
/// </param>
internal readonly record struct ViewBatch(Tensor Views, Tensor Images);

/// <summary>
/// The outcome of a step over its whole batch. The tensors belong to the caller's dispose scope. With several ranks, H,
/// Images and logits cover this rank's images; the loss and the projections cover all ranks.
/// </summary>
/// <param name="Loss">The loss of the batch, a scalar.</param>
/// <param name="H">The representations of all views, [V · N, r], in the order of <paramref name="Images"/>.</param>
/// <param name="Output">
/// The input of the loss: projections, [2N, d], first views first; or logits, [N, classes].
/// </param>
/// <param name="Images">
/// The index in the set of each row's image in <paramref name="H"/>, of int64; valid until the next views are
/// requested.
/// </param>
internal sealed record StepOutcome(Tensor Loss, Tensor H, Tensor Output, Tensor Images);
