using SimClr.Augmentation;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>One way to show a view, such as rotated by 90°.</summary>
/// <param name="Gray">Whether the view is converted to grayscale.</param>
/// <param name="QuarterTurns">The number of quarter turns, 0 to 3.</param>
/// <param name="NoiseSigma">The standard deviation of Gaussian noise, for pixels in [0, 1].</param>
/// <param name="Sobel">Whether the view is replaced by its gradient.</param>
internal sealed record ViewVariant(
    bool Gray = false, int QuarterTurns = 0, float NoiseSigma = 0, bool Sobel = false)
{
    // The mean of the default distribution in training, whose σ is uniform in 0 … 0.2.
    private const float Corruption = 0.1f;

    // All variants have the same operations, so that the same kernels render them.
    private static readonly OperationList Operations =
        [.. OperationList.Paper, ViewOperation.Rotate, ViewOperation.Noise, ViewOperation.Sobel];

    /// <summary>The transformations of the paper's Table 3, each with its kinds.</summary>
    public static IReadOnlyList<(string Name, ViewVariant[] Kinds)> Transformations { get; } =
    [
        ("color_or_gray", [new(), new(Gray: true)]),
        ("rotation", [new(), new(QuarterTurns: 1), new(QuarterTurns: 2), new(QuarterTurns: 3)]),
        ("original_or_corrupted", [new(), new(NoiseSigma: Corruption)]),
        ("original_or_sobel", [new(), new(Sobel: true)]),
    ];

    /// <summary>Returns the rendering of one random view of each image, shown in this way.</summary>
    /// <param name="views">The views of training.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="view">The number of the view, from 0.</param>
    public ImageRenderer Render(ViewOptions views, long seed, int view)
    {
        ViewOptions basis = views.OneView() with { Operations = OperationList.Paper };
        var renderer = new ViewRenderer(basis);
        return (image, index, destination) => renderer.Render(
            image,
            ViewParameters.Draw(basis, image.Width, image.Height, seed, view, index, 0) with
            {
                Gray = Gray,
                Operations = Operations,
                Further = new FurtherDraws
                {
                    QuarterTurns = QuarterTurns,
                    NoiseSigma = NoiseSigma,
                    NoiseSeed = (long)new RandomStream(seed, Purpose.Probe, view, index).NextUInt64(),
                    Sobel = Sobel,
                },
            },
            destination);
    }
}
