using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// How a whole network is fine-tuned: SGD with Nesterov momentum 0.9, cosine decay without warm-up, random crops and
/// flips. The defaults are the paper's for transfer (Appendix B.8.2); <see cref="ForFewLabels"/> gives those of B.5.
/// </summary>
public sealed record FineTuneOptions
{
    private const double FewLabelsRate = 0.05;
    private const int MaxBatch = 4096;
    private const int MinBatch = 16;

    // At 1 % of ImageNet a batch of the paper is a third of the labels, at 10 % a thirty-first.
    private const double FewLabelsFraction = 0.05;

    /// <summary>Steps. Default 20,000.</summary>
    public int Steps { get; init => field = Require.Positive(value); } = 20_000;

    /// <summary>Passes over the images, instead of <see cref="Steps"/>; null (default) for steps.</summary>
    public int? Epochs { get; init => field = value is { } epochs ? Require.Positive(epochs) : null; }

    /// <summary>Steps at the least, however few <see cref="Epochs"/> make. Default 0.</summary>
    public int MinSteps { get; init => field = Require.NonNegative(value); }

    /// <summary>Images per step, and no more than there are. At least 2. Default 256.</summary>
    public int BatchSize { get; init => field = Require.Between(value, 2, 1 << 20); } = 256;

    /// <summary>The rate of the first step; it falls to 0. Default 0.05, that of B.5 for a batch of 256.</summary>
    public double Rate { get; init => field = Require.NonNegative(value); } = 0.05;

    /// <summary>Weight decay; biases and batch-norm parameters are excluded. Default 0.</summary>
    public double WeightDecay { get; init => field = Require.NonNegative(value); }

    /// <summary>
    /// Whether the decay of batch norm's running statistics is max(1 − 10 / steps of an epoch, 0.9) (default; B.8), or 0.9.
    /// </summary>
    public bool ScheduleBatchNorm { get; init; } = true;

    /// <summary>Layers of the projection head that become part of the network, as in SimCLRv2. Default 0.</summary>
    public int ProjectionLayers { get; init => field = Require.NonNegative(value); }

    /// <summary>Whether the network starts from random weights instead of those of the run. Default false.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Fixes order, views, held-out images and random weights. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The paper's recipe for few labels (Appendix B.5): rate 0.05 · B / 256, no weight decay, 60 epochs where the labels
    /// are 5 % of the set or less, else 30. The paper's batch is 4096; a smaller set gets one that makes as many steps an
    /// epoch as there (3 at 1 %, 31 at 10 %): a power of two, at least 16. Labels too few for that go through the network more
    /// often, so that there are never fewer steps than there: 180 at 1 %, 930 at 10 % (what the paper's code makes of epochs:
    /// images · epochs / batch, which is 188 and 939).
    /// </summary>
    /// <param name="labels">Labeled images to learn from.</param>
    /// <param name="all">Images of the set that they are of.</param>
    public static FineTuneOptions ForFewLabels(int labels, int all)
    {
        bool few = labels <= FewLabelsFraction * all;
        (int epochs, int stepsOfEpoch) = few ? (60, 3) : (30, 31);
        int batch = Math.Clamp(1 << (int)Math.Floor(Math.Log2(Math.Max(1, (double)labels / stepsOfEpoch))), MinBatch, MaxBatch);
        return new FineTuneOptions { Epochs = epochs, MinSteps = epochs * stepsOfEpoch, ScheduleBatchNorm = false }.WithBatch(batch);
    }

    /// <summary>The same with another batch, and with it the rate 0.05 · B / 256.</summary>
    public FineTuneOptions WithBatch(int batchSize) => this with { BatchSize = batchSize, Rate = FewLabelsRate * batchSize / 256 };

    /// <summary>Images of a step for a set of this size.</summary>
    public int BatchFor(int images) => Math.Min(BatchSize, images);

    /// <summary>Steps for a set of this size.</summary>
    internal long StepsFor(int images) => Epochs is { } epochs ? Math.Max(MinSteps, (long)epochs * (images / BatchFor(images))) : Steps;
}
