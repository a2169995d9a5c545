namespace SimClr.Augmentation;

/// <summary>
/// A custom random augmentation. It runs after the paper's steps (Appendix A) and before normalization; set it as
/// <c>Pretrainer.CustomAugmentation</c>.
/// </summary>
public interface IAugmentation
{
    /// <summary>Changes a view in place. Several threads call this method at once, each with its own views.</summary>
    /// <param name="view">
    /// size · size · 3 floats in [0, 1], rows of pixels from the top, red first. The result must also be in [0, 1].
    /// </param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="random">
    /// The only permitted source of randomness. It is fixed by the seed, the epoch, the image and the view, so that a
    /// run does not depend on threads or interruptions. Do not keep a reference to it.
    /// </param>
    void Apply(Span<float> view, int size, Random random);
}
