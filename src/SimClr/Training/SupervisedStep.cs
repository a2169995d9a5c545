using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Cross-entropy over a batch, one micro-batch after the other: the loss is a mean over images, so the gradients of the
/// parts add up to that of the whole. Batch norm sees a micro-batch at a time, and its running statistics move once.
/// </summary>
/// <param name="model">Encoder and classifier.</param>
/// <param name="labels">The class of each image of the set.</param>
/// <param name="images">Images of a batch.</param>
/// <param name="parts">Micro-batches of a batch.</param>
internal sealed class SupervisedStep(ClassifierModel model, IReadOnlyList<int> labels, int images, int parts) : IGradientStep
{
    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        if (parts == 1)
        {
            return Part(nextViews(), weight: 1);
        }

        var statistics = new RunningStatistics(model);
        var outcomes = new List<StepOutcome>();
        for (int i = 0; i < parts; i++)
        {
            ViewBatch batch = nextViews();
            double share = (double)batch.Images.Length / images;
            outcomes.Add(Part(batch, share));
            statistics.Add(share);
        }

        statistics.Settle();
        return new StepOutcome(
            outcomes.Select(o => o.Loss).Aggregate((sum, loss) => sum.add(loss)),
            cat([.. outcomes.Select(o => o.H)]),
            cat([.. outcomes.Select(o => o.Z)]),
            [.. outcomes.SelectMany(o => o.Images)]);
    }

    private StepOutcome Part(ViewBatch batch, double weight)
    {
        using var scope = NewDisposeScope();
        (Tensor h, Tensor logits) = model.forward(batch.Views);                            // [m, r], [m, classes]
        Tensor y = tensor(batch.Images.Select(i => (long)labels[i]).ToArray(), device: logits.device);
        Tensor loss = nn.functional.cross_entropy(logits, y);
        loss = weight == 1 ? loss : loss.mul(weight);
        loss.backward();
        scope.MoveToOuter(h = h.detach(), logits = logits.detach(), loss = loss.detach());
        return new StepOutcome(loss, h, logits, batch.Images);
    }
}
