using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss over the projections of the two views of N images.</summary>
public interface IContrastiveLoss
{
    /// <summary>Computes the loss as a differentiable scalar: a mean over the views or pairs of the batch.</summary>
    /// <param name="z1">
    /// Projections of the first views, [N, d], as the head returns them: not normalized, in float32, or float64 in a
    /// float64 model.
    /// </param>
    /// <param name="z2">Projections of the second views, [N, d], the same images in the same order.</param>
    Tensor Forward(Tensor z1, Tensor z2);

    /// <summary>
    /// The chance level for N images: the approximate loss while positives look like negatives and similarities differ
    /// little (by less than τ), as with random projections. For losses over all negatives, it is then also the minimum
    /// on average.
    /// </summary>
    double ChanceLevel(int images);
}
