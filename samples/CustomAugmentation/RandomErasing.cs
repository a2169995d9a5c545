using SimClr.Augmentation;

namespace CustomAugmentation;

/// <summary>
/// Grays a square of a view (DeVries and Taylor 2017, Zhong et al. 2020): what is left must do to recognize the image.
/// </summary>
/// <param name="probability">How often, 0 … 1.</param>
/// <param name="share">The square's side as a share of the view's, 0 … 1.</param>
internal sealed class RandomErasing(double probability = 0.5, double share = 0.4) : IAugmentation
{
    public void Apply(Span<float> view, int size, Random random)
    {
        // All chance comes from this Random, which is fixed by seed, epoch, image and view: that is why a run gives the
        // same result whatever the threads, and after an interruption.
        if (random.NextDouble() >= probability)
        {
            return;
        }

        int side = (int)(share * size);
        (int top, int left) = (random.Next(size - side + 1), random.Next(size - side + 1));
        for (int y = top; y < top + side; y++)
        {
            view.Slice(3 * ((y * size) + left), 3 * side).Fill(0.5f);
        }
    }
}
