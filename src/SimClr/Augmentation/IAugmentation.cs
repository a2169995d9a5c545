namespace SimClr.Augmentation;

/// <summary>
/// A random step of your own. It comes after those of the paper (Appendix A) and before normalization; give it to
/// <c>Pretrainer.OwnAugmentation</c>.
/// </summary>
public interface IAugmentation
{
    /// <summary>Changes a view in place. Called by several threads at once, each with views of its own.</summary>
    /// <param name="view">size · size · 3 floats in [0, 1], to be left there: rows of pixels from the top, red first.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="random">
    /// The only source of chance to draw from: fixed by the seed and by the epoch, the image and the view, so that a run does
    /// not depend on threads or interruptions. Not to be kept.
    /// </param>
    void Apply(Span<float> view, int size, Random random);
}
