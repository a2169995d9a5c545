using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Cross-entropy over a batch, one micro-batch after another: the loss is a mean over images, so the gradients of the
/// parts add up to the gradient of the whole. Batch norm sees one micro-batch at a time, and its running statistics
/// move once per step.
/// </summary>
/// <param name="model">Encoder and classifier.</param>
/// <param name="known">The known labels of each image of the set; owned by the step.</param>
/// <param name="loss">
/// The loss of logits, [m, classes], given the label rows of their images; a mean over the rows.
/// </param>
/// <param name="share">The micro-batches of a batch, and this rank's part of them.</param>
/// <param name="world">The processes that share the batch.</param>
internal sealed class SupervisedStep(
    ClassifierModel model, ImageTable known, Func<Tensor, Tensor, Tensor> loss, RankShare share, World world)
    : IGradientStep
{
    /// <summary>Creates the step for images with one class each: <see cref="SoftmaxCrossEntropy"/>.</summary>
    /// <param name="model">Encoder and classifier.</param>
    /// <param name="labels">The class of each image of the set.</param>
    /// <param name="share">The micro-batches of a batch, and this rank's part of them.</param>
    /// <param name="world">The processes that share the batch.</param>
    /// <param name="smoothing">Label smoothing, 0 to below 1.</param>
    public SupervisedStep(
        ClassifierModel model, IReadOnlyList<int> labels, RankShare share, World world, double smoothing = 0)
        : this(
            model,
            ImageTable.FromLabels(labels),
            (logits, y) => SoftmaxCrossEntropy.Compute(logits, y, smoothing),
            share,
            world)
    {
    }

    /// <summary>
    /// Creates the step for images that may have several classes each: <see cref="SigmoidCrossEntropy"/>.
    /// </summary>
    /// <param name="model">Encoder and classifier.</param>
    /// <param name="multiLabels">
    /// For each image of the set, 1, −1 or 0 for each class (<see cref="Data.MultiLabelMarks"/>).
    /// </param>
    /// <param name="share">The micro-batches of a batch, and this rank's part of them.</param>
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
        Tensor images = share.Parts == 1 ? batch.Images : batch.Images.clone();            // its memory is reused
        scope.MoveToOuter(h = h.detach(), logits = logits.detach(), value = value.detach(), images);
        return new StepOutcome(value, h, logits, images);
    }
}
