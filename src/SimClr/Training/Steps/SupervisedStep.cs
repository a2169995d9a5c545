using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Cross-entropy over a batch, one micro-batch after the other: the loss is a mean over images, so the gradients of the
/// parts add up to that of the whole. Batch norm sees a micro-batch at a time, and its running statistics move once.
/// </summary>
/// <param name="model">Encoder and classifier.</param>
/// <param name="known">What is known of each image of the set; belongs to the step.</param>
/// <param name="loss">The loss of logits, [m, classes], given the rows of their images: a mean over them.</param>
/// <param name="share">The micro-batches of a batch, and what of them is this rank's.</param>
/// <param name="world">The processes that share the batch.</param>
internal sealed class SupervisedStep(
    ClassifierModel model, ImageTable known, Func<Tensor, Tensor, Tensor> loss, RankShare share, World world) : IGradientStep
{
    /// <summary>Images of one class each: cross-entropy of a softmax.</summary>
    /// <param name="model">Encoder and classifier.</param>
    /// <param name="labels">The class of each image of the set.</param>
    /// <param name="share">The micro-batches of a batch, and what of them is this rank's.</param>
    /// <param name="world">The processes that share the batch.</param>
    public SupervisedStep(ClassifierModel model, IReadOnlyList<int> labels, RankShare share, World world)
        : this(model, ImageTable.FromLabels(labels), (logits, y) => nn.functional.cross_entropy(logits, y), share, world)
    {
    }

    /// <summary>Images that may have several classes each: <see cref="SigmoidCrossEntropy"/>.</summary>
    /// <param name="model">Encoder and classifier.</param>
    /// <param name="multiLabels">For each image of the set 1, −1 or 0 for each class (<see cref="Data.MultiLabelMarks"/>).</param>
    /// <param name="share">The micro-batches of a batch, and what of them is this rank's.</param>
    /// <param name="world">The processes that share the batch.</param>
    public SupervisedStep(ClassifierModel model, IReadOnlyList<sbyte[]> multiLabels, RankShare share, World world)
        : this(
            model,
            ImageTable.FromMultiLabels(multiLabels),
            (logits, marks) => SigmoidCrossEntropy.Compute(logits, marks.to_type(logits.dtype)),
            share,
            world)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => known.Dispose();

    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        StepOutcome outcome = share.Parts == 1 ? Part(nextViews, last: true) : AllParts(nextViews);
        world.Sum(outcome.Loss);
        return outcome;
    }

    private StepOutcome AllParts(Func<ViewBatch> nextViews)
    {
        RunningStatistics statistics = model.Statistics;
        statistics.Begin();
        var outcomes = new List<StepOutcome>();
        for (int i = 0; i < share.Parts; i++)
        {
            outcomes.Add(Part(nextViews, last: i == share.Parts - 1));
            statistics.Add(share.Weight(i));
        }

        statistics.Settle();
        return new StepOutcome(
            outcomes.Select(o => o.Loss).Aggregate((sum, part) => sum.Plus(part)),
            cat([.. outcomes.Select(o => o.H)]),
            cat([.. outcomes.Select(o => o.Output)]),
            cat([.. outcomes.Select(o => o.Images)]));
    }

    private StepOutcome Part(Func<ViewBatch> nextViews, bool last)
    {
        using var scope = NewDisposeScope();
        ViewBatch batch = nextViews();
        (Tensor h, Tensor logits) = model.forward(batch.Views);                            // [m, r], [m, classes]
        Tensor value = loss(logits, known.Rows(batch.Images));
        double weight = (double)batch.Images.shape[0] / share.Batch;
        value = weight == 1 ? value : value.mul(RootedScalars.From(weight));
        world.Backward(() => value.backward(), last);
        Tensor images = share.Parts == 1 ? batch.Images : batch.Images.clone();            // the next come into its memory
        scope.MoveToOuter(h = h.detach(), logits = logits.detach(), value = value.detach(), images);
        return new StepOutcome(value, h, logits, images);
    }
}
