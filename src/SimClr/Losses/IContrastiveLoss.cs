using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss over the projections of the two views of N images.</summary>
public interface IContrastiveLoss
{
    /// <summary>Computes the loss as a differentiable scalar.</summary>
    /// <param name="z1">Projections of the first views, [N, d].</param>
    /// <param name="z2">Projections of the second views, [N, d], the same images in the same order.</param>
    Tensor Forward(Tensor z1, Tensor z2);

    /// <summary>
    /// The chance level for N images: the approximate loss while positives look like negatives and similarities differ
    /// little (by less than τ), as with random projections. For losses over all negatives, it is then also the minimum
    /// on average.
    /// </summary>
    double ChanceLevel(int images);
}
