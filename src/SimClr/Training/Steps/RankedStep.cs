using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>This rank's share of the batch at once, its loss against the projections of all ranks.</summary>
internal sealed class RankedStep(SimClrModel model, GatheredLoss loss, Ranks ranks) : IGradientStep
{
    /// <inheritdoc/>
    public void Dispose() => loss.Dispose();

    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        ViewBatch batch = nextViews();
        (Tensor h, Tensor z) = model.forward(batch.Views);                                 // [2n, r], [2n, d]
        long n = z.shape[0] / 2;
        Tensor leaf = z.detach();
        GatheredLoss.Outcome outcome = loss.Compute(leaf.narrow(0, 0, n), leaf.narrow(0, n, n));
        Tensor gradient = cat([outcome.Gradient1, outcome.Gradient2]);
        ranks.Backward(() => z.backward([gradient]), last: true);
        return new StepOutcome(outcome.Value, h, outcome.Z, batch.Images);
    }
}
