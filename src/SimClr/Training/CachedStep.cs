using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The gradient cache (Gao et al. 2021, arXiv 2101.06983): the gradient of the whole batch, with the activations of
/// one micro-batch alive at a time. First all projections, without a graph; then the gradient of the loss by them; then
/// each micro-batch once more, with its graph, backward from its part of that gradient. Both passes see the same
/// pixels, and batch norm normalizes a micro-batch by its own views in both.
/// </summary>
/// <param name="model">Encoder and head.</param>
/// <param name="loss">A loss over all projections.</param>
/// <param name="parts">Micro-batches of a batch.</param>
internal sealed class CachedStep(SimClrModel model, IContrastiveLoss loss, int parts) : IGradientStep
{
    /// <inheritdoc/>
    public StepOutcome Compute(Func<Tensor> nextViews)
    {
        var statistics = new RunningStatistics(model);
        Part[] batch = Project(nextViews);
        statistics.Restore();

        Tensor z1 = cat([.. batch.Select(part => part.First)]).requires_grad_();       // [N, d]
        Tensor z2 = cat([.. batch.Select(part => part.Second)]).requires_grad_();      // [N, d]
        Tensor value = loss.Forward(z1, z2);
        value.backward();

        long n = z1.shape[0];
        long start = 0;
        foreach (Part part in batch)
        {
            Backpropagate(part, z1.grad!.narrow(0, start, part.Images), z2.grad!.narrow(0, start, part.Images));
            statistics.Add((double)part.Images / n);
            start += part.Images;
        }

        statistics.Settle();
        return new StepOutcome(value, cat([.. batch.Select(part => part.H)]), cat([z1.detach(), z2.detach()]));
    }

    /// <summary>The first pass. The pixels are kept for the second: their buffer is used again.</summary>
    private Part[] Project(Func<Tensor> nextViews)
    {
        using var _ = no_grad();
        var batch = new Part[parts];
        for (int i = 0; i < parts; i++)
        {
            using var scope = NewDisposeScope();
            Tensor x = nextViews().clone();                                    // [2m, 3, S, S]
            (Tensor h, Tensor z) = model.forward(x);                           // [2m, r], [2m, d]
            long m = x.shape[0] / 2;
            scope.MoveToOuter(x, h, z);
            batch[i] = new Part(x, h, z.narrow(0, 0, m), z.narrow(0, m, m));
            scope.MoveToOuter(batch[i].First, batch[i].Second);
        }

        return batch;
    }

    /// <summary>The second pass, of one micro-batch: backward from Σ z · ∂L/∂z with the gradient as a constant.</summary>
    private void Backpropagate(Part part, Tensor gradient1, Tensor gradient2)
    {
        using var scope = NewDisposeScope();
        (Tensor _, Tensor z) = model.forward(part.Views);
        z.mul(cat([gradient1, gradient2])).sum().backward();
    }

    /// <summary>A micro-batch: pixels of both views, and what the first pass made of them.</summary>
    private sealed record Part(Tensor Views, Tensor H, Tensor First, Tensor Second)
    {
        public long Images => First.shape[0];
    }
}
