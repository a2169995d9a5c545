using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss that is a sum over anchors and can therefore be divided among ranks.</summary>
internal interface IAnchorLoss : IContrastiveLoss
{
    /// <summary>
    /// Computes the contribution of some images to the loss, with both views of each as anchors, against all
    /// candidates.
    /// </summary>
    /// <param name="z1">Projections of all first views, [N, d].</param>
    /// <param name="z2">Projections of all second views, [N, d].</param>
    /// <param name="anchors">
    /// The images, as ranges of rows. The contributions of parts that together cover all N images add up to the loss.
    /// </param>
    Tensor Forward(Tensor z1, Tensor z2, IReadOnlyList<(long First, long Count)> anchors);
}
