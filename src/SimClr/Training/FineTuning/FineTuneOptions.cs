using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// Options for fine-tuning a whole network with SGD: Nesterov momentum 0.9, cosine decay without warm-up, random crops
/// and flips. The defaults are the paper's for transfer (Appendix B.8.2); <see cref="ForFewLabels"/> returns those of
/// B.5.
/// </summary>
public sealed record FineTuneOptions
{
    /// <summary>The number of steps of training from random weights for transfer (paper, Appendix B.8.2).</summary>
    public const int StepsFromScratch = 40_000;

    private const double FewLabelsRate = 0.05;
    private const int MaxBatch = 4096;
    private const int MinBatch = 16;

    // At 1% of ImageNet, a batch of the paper is a third of the labels; at 10%, a thirty-first.
    private const double FewLabelsFraction = 0.05;

    /// <summary>The number of steps. Default: 20,000.</summary>
    public int Steps { get; init => field = Require.Positive(value); } = 20_000;

    /// <summary>
    /// The number of passes over the images, instead of <see cref="Steps"/>. Default: null, for <see cref="Steps"/>.
    /// </summary>
    public int? Epochs { get; init => field = value is { } epochs ? Require.Positive(epochs) : null; }

    /// <summary>The minimum number of steps if <see cref="Epochs"/> makes fewer. Default: 0.</summary>
    public int MinSteps { get; init => field = Require.NonNegative(value); }

    /// <summary>
    /// The number of images per step, at least 2; limited to the number of images in the set. Default: 256.
    /// </summary>
    public int BatchSize { get; init => field = Require.Between(value, 2, 1 << 20); } = 256;

    /// <summary>
    /// The learning rate of the first step, which falls to 0. Default: 0.05, that of B.5 for a batch of 256.
    /// </summary>
    public double Rate { get; init => field = Require.NonNegative(value); } = 0.05;

    /// <summary>The weight decay. Biases and batch-norm parameters are excluded. Default: 0.</summary>
    public double WeightDecay { get; init => field = Require.NonNegative(value); }

    /// <summary>
    /// Whether the decay of batch norm's running statistics is max(1 − 10 / steps per epoch, 0.9) (B.8) rather than
    /// 0.9. Default: true.
    /// </summary>
    public bool ScheduleBatchNorm { get; init; } = true;

    /// <summary>
    /// The number of layers of the projection head that become part of the network, as in SimCLRv2. Default: 0.
    /// </summary>
    public int ProjectionLayers { get; init => field = Require.NonNegative(value); }

    /// <summary>Whether the network starts from random weights instead of those of the run. Default: false.</summary>
    public bool FromScratch { get; init; }

    /// <summary>
    /// Label smoothing ε (<see cref="Losses.LossOptions.LabelSmoothing"/>), 0 to below 1, for images with one class
    /// each. The paper fine-tunes without it. Default: 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LabelSmoothing { get; init => field = Require.Share(value); }

    /// <summary>The seed of order, views, held-out images and random weights. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Returns the paper's recipe for few labels (Appendix B.5): rate 0.05 · B / 256, no weight decay, and 60 epochs if
    /// the labels are at most 5% of the set, or else 30. The paper's batch size is 4,096. A smaller set gets a power of
    /// two, at least 16, that makes as many steps per epoch as in the paper (3 at 1%, 31 at 10%). If there are too few
    /// labels for that, they are used in more epochs, so that there are never fewer steps than in the paper: 180 at 1%,
    /// 930 at 10% (the paper's code derives steps as images · epochs / batch, which is 188 and 939).
    /// </summary>
    /// <param name="labels">The number of labeled training images.</param>
    /// <param name="all">The number of images in the set that they come from.</param>
    public static FineTuneOptions ForFewLabels(int labels, int all)
    {
        bool few = labels <= FewLabelsFraction * all;
        (int epochs, int stepsOfEpoch) = few ? (60, 3) : (30, 31);
        int batch = Math.Clamp(
            1 << (int)Math.Floor(Math.Log2(Math.Max(1, (double)labels / stepsOfEpoch))), MinBatch, MaxBatch);
        return new FineTuneOptions { Epochs = epochs, MinSteps = epochs * stepsOfEpoch, ScheduleBatchNorm = false }
            .WithBatch(batch);
    }

    /// <summary>Returns these options with another batch size B and the rate 0.05 · B / 256.</summary>
    public FineTuneOptions WithBatch(int batchSize)
        => this with { BatchSize = batchSize, Rate = FewLabelsRate * batchSize / 256 };

    /// <summary>Returns the number of images per step for a set of a given size.</summary>
    public int BatchFor(int images) => Math.Min(BatchSize, images);

    /// <summary>Returns the number of steps for a set of a given size.</summary>
    internal long StepsFor(int images)
        => Epochs is { } epochs ? Math.Max(MinSteps, (long)epochs * (images / BatchFor(images))) : Steps;
}
