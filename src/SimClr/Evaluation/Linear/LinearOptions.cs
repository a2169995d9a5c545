using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// How the linear layer of an evaluation is trained (paper, Appendix B.6): SGD with Nesterov momentum 0.9, rate
/// 0.1 · B / 256, cosine decay, no warm-up, no weight decay.
/// </summary>
public sealed record LinearOptions
{
    private const int LargeSet = 200_000;
    private const double MaxDroppedFraction = 0.05;

    /// <summary>
    /// Passes over the training images. Default 90; on fixed features more where few images make few steps per epoch.
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
    /// Images per step; 0 (default) for the paper's: 4096 for sets like ImageNet, 512 (its choice for CIFAR) below 200,000 images.
    /// An epoch is of whole batches. Where those of 512 would leave out more than 5 % of the images, the epoch is cut into one
    /// step more, each of as many images as there are for it: 500 for 1,000 images.
    /// </summary>
    public int BatchSize { get; init => field = Require.NonNegative(value); }

    /// <summary>The rate for a batch of 256. Default 0.1.</summary>
    public double BaseRate { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>Momentum. Default 0.9.</summary>
    public double Momentum { get; init => field = Require.Between(value, 0, 0.9999); } = 0.9;

    /// <summary>Decay of the layer's weights, not of its biases. Default 0.</summary>
    public double WeightDecay { get; init => field = Require.NonNegative(value); }

    /// <summary>Fixes order and views. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Whether <see cref="Epochs"/> was set: what someone chose is not raised.</summary>
    internal bool HasExplicitEpochs { get; private init; }

    /// <summary>The images of a step for a set of the given size, above 0: never more than there are.</summary>
    public int BatchSizeFor(int images)
    {
        int batch = Math.Min(images, BatchSize > 0 ? BatchSize : images < LargeSet ? 512 : 4096);
        return BatchSize == 0 && DropsManyImages(images, batch) ? images / ((images / batch) + 1) : batch;
    }

    /// <summary>Whether whole batches leave out more than 5 % of the images in each epoch.</summary>
    public static bool DropsManyImages(int images, int batch) => images % batch > MaxDroppedFraction * images;
}
