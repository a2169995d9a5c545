using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// The training recipe of the linear layer (paper, Appendix B.6): SGD with Nesterov momentum 0.9, learning rate
/// 0.1 · B / 256, cosine decay, no warm-up, no weight decay.
/// </summary>
public sealed record LinearOptions
{
    private const int LargeSet = 200_000;
    private const double MaxDroppedFraction = 0.05;

    /// <summary>
    /// The number of passes over the training images. Default: 90; on fixed features, more if so few images are
    /// available that an epoch has few steps.
    /// </summary>
    public int Epochs
    {
        get;
        init
        {
            field = Require.Positive(value);
            HasExplicitEpochs = true;
        }
    } = 90;

    /// <summary>
    /// The number of images per step. Default: 0, the paper's choice: 4,096 for sets like ImageNet, 512 (as for CIFAR)
    /// below 200,000 images. An epoch consists of whole batches. If batches of 512 would drop more than 5% of the
    /// images, the epoch has one more step, with correspondingly fewer images in each: 500 for 1,000 images.
    /// </summary>
    public int BatchSize { get; init => field = Require.NonNegative(value); }

    /// <summary>The learning rate for a batch of 256. Default: 0.1.</summary>
    public double BaseRate { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>The momentum, 0 … 0.9999. Default: 0.9.</summary>
    public double Momentum { get; init => field = Require.Between(value, 0, 0.9999); } = 0.9;

    /// <summary>The weight decay of the layer's weights, but not of its biases. Default: 0.</summary>
    public double WeightDecay { get; init => field = Require.NonNegative(value); }

    /// <summary>The seed of the image order and the views. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>Whether <see cref="Epochs"/> was set explicitly and must not be raised.</summary>
    internal bool HasExplicitEpochs { get; private init; }

    /// <summary>The number of images per step for a set of the given size (above 0); at most that size.</summary>
    public int BatchSizeFor(int images)
    {
        int batch = Math.Min(images, BatchSize > 0 ? BatchSize : images < LargeSet ? 512 : 4096);
        return BatchSize == 0 && DropsManyImages(images, batch) ? images / ((images / batch) + 1) : batch;
    }

    /// <summary>Whether whole batches drop more than 5% of the images in each epoch.</summary>
    public static bool DropsManyImages(int images, int batch) => images % batch > MaxDroppedFraction * images;
}
