using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>How one step comes to the gradient of its whole batch.</summary>
internal interface IGradientStep : IDisposable
{
    /// <summary>Takes the views of one batch and adds the gradient of its loss to the model's parameters.</summary>
    /// <param name="nextViews">Gives the next micro-batch: all views of m images, valid until the next call.</param>
    StepOutcome Compute(Func<ViewBatch> nextViews);
}

/// <summary>The views of some images.</summary>
/// <param name="Views">[V · m, 3, S, S]: where there are two views of each image, first views first.</param>
/// <param name="Images">The index in the set of the image that each view is of, [V · m] of int64 on the device of the views.</param>
internal readonly record struct ViewBatch(Tensor Views, Tensor Images);

/// <summary>
/// What a step saw of its whole batch. The tensors belong to the caller's dispose scope. With several ranks H, Images and
/// logits are of this rank's images; the loss and projections are of all ranks.
/// </summary>
/// <param name="Loss">The loss of the batch, a scalar.</param>
/// <param name="H">Representations of all views, [V · N, r], in the order of <paramref name="Images"/>.</param>
/// <param name="Output">What the loss saw: projections, [2N, d], first views first; or logits, [N, classes].</param>
/// <param name="Images">The index in the set of the image that each row of <paramref name="H"/> is of, of int64; valid until views are asked for.</param>
internal sealed record StepOutcome(Tensor Loss, Tensor H, Tensor Output, Tensor Images);
