using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss over the projections of the two views of N images.</summary>
public interface IContrastiveLoss
{
    /// <summary>The loss as a differentiable scalar.</summary>
    /// <param name="z1">Projections of the first views, [N, d].</param>
    /// <param name="z2">Projections of the second views, [N, d], the same images in the same order.</param>
    Tensor Forward(Tensor z1, Tensor z2);

    /// <summary>What the loss is near for N images before anything is learned.</summary>
    double ChanceLevel(int images);
}
