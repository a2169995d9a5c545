using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The gradient cache (Gao et al. 2021, arXiv 2101.06983): the gradient of the whole batch, with the activations of
/// only one micro-batch in memory at a time. A first pass computes all projections, without a graph, and then the
/// gradient of the loss with respect to them. A second pass computes each micro-batch again, with its graph, and
/// backpropagates its part of that gradient. Both passes see the same pixels, and in both, batch norm normalizes each
/// micro-batch over its own views.
/// </summary>
/// <param name="model">Encoder and head.</param>
/// <param name="loss">The loss of the batch.</param>
/// <param name="share">The micro-batches of a batch, and this rank's part of them.</param>
/// <param name="world">The processes that share the batch.</param>
internal sealed class GradientCacheStep(SimClrModel model, BatchLoss loss, RankShare share, World world) : IGradientStep
{
    // Each micro-batch leaves holes in the heap that the next one does not fit into, a few percent of the heap each
    // time. Returning them to the system costs a few percent of the time.
    private const int MicroBatchesPerTrim = 2;

    /// <summary>Creates the step of a single process.</summary>
    /// <param name="model">Encoder and head.</param>
    /// <param name="loss">A loss over all projections.</param>
    /// <param name="images">The number of images in a batch.</param>
    /// <param name="parts">The number of micro-batches in a batch.</param>
    public GradientCacheStep(SimClrModel model, IContrastiveLoss loss, int images, int parts)
        : this(model, new BatchLoss(loss), new RankShare(images, parts), World.Solo)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => loss.Dispose();

    /// <inheritdoc/>
    public StepOutcome Compute(Func<ViewBatch> nextViews)
    {
        AllocateGradients();
        RunningStatistics statistics = model.Statistics;
        statistics.Begin();
        CachedBatch kept = Project(nextViews);
        statistics.Restore();
        TrimHeap(kept.Views);

        BatchLoss.Outcome outcome = loss.Compute(kept.Z1, kept.Z2);
        long start = 0;
        foreach ((int part, long m) in kept.Sizes.Index())
        {
            Tensor views = kept.Views.narrow(0, 2 * start, 2 * m);
            Backpropagate(
                views,
                outcome.Gradient1.narrow(0, start, m),
                outcome.Gradient2.narrow(0, start, m),
                last: part == share.Parts - 1);
            statistics.Add(share.Weight(part));
            start += m;
            if (part % MicroBatchesPerTrim == MicroBatchesPerTrim - 1)
            {
                TrimHeap(kept.Views);
            }
        }

        statistics.Settle();
        TrimHeap(kept.Views);
        return new StepOutcome(outcome.Value, kept.H, outcome.Z, kept.Images);
    }

    // The memory of a GPU does not come from the C library.
    private static void TrimHeap(Tensor views)
    {
        if (views.device_type == TorchSharp.DeviceType.CPU)
        {
            MallocTuning.TrimHeap();
        }
    }

    /// <summary>
    /// Runs the first pass. The pixels are copied for the second pass, because their buffer is reused.
    /// </summary>
    private CachedBatch Project(Func<ViewBatch> nextViews)
    {
        using var _ = no_grad();
        CachedBatch? kept = null;
        long start = 0;
        for (int i = 0; i < share.Parts; i++)
        {
            using var scope = NewDisposeScope();
            ViewBatch batch = nextViews();
            Tensor x = batch.Views;                                            // [2m, 3, S, S]
            (Tensor h, Tensor z) = model.forward(x);                           // [2m, r], [2m, d]
            kept ??= CachedBatch.Allocate(share.Images, x, h, z, batch.Images, scope);
            kept.Add(start, x, h, z, batch.Images);
            start += x.shape[0] / 2;
        }

        return kept!;
    }

    /// <summary>
    /// Runs the second pass of one micro-batch: backward from Σ z · ∂L/∂z, with the gradient as a constant.
    /// </summary>
    private void Backpropagate(Tensor views, Tensor gradient1, Tensor gradient2, bool last)
    {
        using var scope = NewDisposeScope();
        (Tensor _, Tensor z) = model.forward(views);
        Tensor product = z.mul(cat([gradient1, gradient2])).sum();
        world.Backward(() => product.backward(), last);
    }

    /// <summary>
    /// Allocates the gradients before the first micro-batch. Allocated among the activations of a micro-batch, they
    /// would leave holes in the heap that the next activations do not fit into, and resident memory would grow with
    /// each micro-batch.
    /// </summary>
    private void AllocateGradients()
    {
        foreach (Tensor parameter in model.parameters().Where(p => p.requires_grad && p.grad is null))
        {
            parameter.grad = zeros_like(parameter, requires_grad: false);
        }
    }

    /// <summary>
    /// The result of the first pass: pixels, h, z and image numbers of the whole batch, each in one tensor.
    /// </summary>
    private sealed record CachedBatch(Tensor Views, Tensor H, Tensor Z1, Tensor Z2, Tensor Images)
    {
        public List<long> Sizes { get; } = [];

        public static CachedBatch Allocate(
            long images, Tensor x, Tensor h, Tensor z, Tensor numbers, TorchSharp.DisposeScope scope)
        {
            long side = x.shape[2];
            Tensor views = empty([2 * images, side, side, 3], x.dtype, x.device).permute(0, 3, 1, 2);
            Tensor allH = empty([2 * images, h.shape[1]], h.dtype, h.device);
            Tensor z1 = empty([images, z.shape[1]], z.dtype, z.device);
            Tensor z2 = empty_like(z1);
            Tensor allNumbers = empty([2 * images], numbers.dtype, numbers.device);
            scope.MoveToOuter(views, allH, z1, z2, allNumbers);
            return new CachedBatch(views, allH, z1, z2, allNumbers);
        }

        public void Add(long start, Tensor x, Tensor h, Tensor z, Tensor numbers)
        {
            long m = x.shape[0] / 2;
            Views.narrow(0, 2 * start, 2 * m).copy_(x);
            H.narrow(0, 2 * start, 2 * m).copy_(h);
            Z1.narrow(0, start, m).copy_(z.narrow(0, 0, m));
            Z2.narrow(0, start, m).copy_(z.narrow(0, m, m));
            Images.narrow(0, 2 * start, 2 * m).copy_(numbers);
            Sizes.Add(m);
        }
    }
}
