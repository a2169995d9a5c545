using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// One step of Algorithm 1 (paper, Section 2.1) up to the gradient: two views of each image → h = f(x̃) → z = g(h) →
/// the loss ℓ over the projections of the whole batch → ∂ℓ/∂θ. The activations of all views of this process are held
/// until the backward pass. <see cref="ViewSource"/> supplies the views, whose transformations t ~ T are drawn by
/// <see cref="Augmentation.ViewParameters"/>; <see cref="TrainingLoop"/> updates the parameters.
/// </summary>
/// <param name="model">Encoder f and projection head g.</param>
/// <param name="loss">The loss of the batch.</param>
/// <param name="world">The processes that share the batch.</param>
internal sealed class ContrastiveStep(SimClrModel model, BatchLoss loss, World world) : IGradientStep
{
    /// <inheritdoc/>
    public void Dispose() => loss.Dispose();

    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        ViewBatch batch = nextViews();                                                     // x̃: [2n, 3, S, S]
        (Tensor h, Tensor z) = model.forward(batch.Views);                                 // [2n, r], [2n, d]
        long n = z.shape[0] / 2;

        // The graph is cut at z: the loss may gather the projections of all processes before it computes ℓ and ∂ℓ/∂z.
        Tensor leaf = z.detach();
        BatchLoss.Outcome outcome = loss.Compute(leaf.narrow(0, 0, n), leaf.narrow(0, n, n));
        Tensor gradient = cat([outcome.Gradient1, outcome.Gradient2]);
        world.Backward(() => z.backward([gradient]), last: true);                          // ∂ℓ/∂θ
        return new StepOutcome(outcome.Value, h, outcome.Z, batch.Images);
    }
}
