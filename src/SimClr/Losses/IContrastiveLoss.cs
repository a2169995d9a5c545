using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss over the projections of the two views of N images.</summary>
public interface IContrastiveLoss
{
    /// <summary>The loss as a differentiable scalar.</summary>
    /// <param name="z1">Projections of the first views, [N, d].</param>
    /// <param name="z2">Projections of the second views, [N, d], the same images in the same order.</param>
    Tensor Forward(Tensor z1, Tensor z2);

    /// <summary>
    /// The level of chance for N images: what the loss is near while positives look like negatives and similarities
    /// differ little (by less than τ), as those of random projections do. Over all negatives it is also the least that
    /// the loss can be then, on average.
    /// </summary>
    double ChanceLevel(int images);
}
