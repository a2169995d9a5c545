using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>A loss that is a sum over anchors, of which several computers can each take some.</summary>
internal interface IAnchorLoss : IContrastiveLoss
{
    /// <summary>What some images contribute to the loss, both of their views as anchors, against all candidates.</summary>
    /// <param name="z1">Projections of all first views, [N, d].</param>
    /// <param name="z2">Projections of all second views, [N, d].</param>
    /// <param name="anchors">The images, as ranges of rows. Over parts that together are all N images, the contributions add up to the loss.</param>
    Tensor Forward(Tensor z1, Tensor z2, IReadOnlyList<(long First, long Count)> anchors);
}
