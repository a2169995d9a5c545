using SimClr.Augmentation;

namespace CustomAugmentation;

/// <summary>
/// Grays out a square of a view (DeVries and Taylor 2017, Zhong et al. 2020), so that the encoder must recognize the
/// image from the rest.
/// </summary>
/// <param name="probability">The probability of erasing, 0 … 1.</param>
/// <param name="share">The side of the square as a share of the view's side, 0 … 1.</param>
internal sealed class RandomErasing(double probability = 0.5, double share = 0.4) : IAugmentation
{
    public void Apply(Span<float> view, int size, Random random)
    {
        // All randomness comes from this Random, which seed, epoch, image, and view determine: that is why a run gives
        // the same result with any number of threads and after an interruption.
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
