using SimClr.Augmentation;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>One way to show a view, such as rotated by 90°.</summary>
/// <param name="Gray">Whether the view is converted to grayscale.</param>
/// <param name="Change">The change of the finished view; null for none.</param>
internal sealed record ViewVariant(bool Gray = false, IAugmentation? Change = null)
{
    public static ViewVariant Original { get; } = new();

    /// <summary>The transformations of the paper's Table 3, each with its kinds, all equally frequent.</summary>
    public static IReadOnlyList<(string Name, ViewVariant[] Kinds)> Transformations { get; } =
    [
        ("color_or_gray", [Original, new(Gray: true)]),
        ("rotation", [Original, .. new[] { 1, 2, 3 }.Select(turns => new ViewVariant(Change: new Rotation(turns)))]),
        ("original_or_corrupted", [Original, new(Change: new Noise())]),
        ("original_or_sobel", [Original, new(Change: new Sobel())]),
    ];

    /// <summary>Returns the rendering of one random view of each image, shown in this way.</summary>
    /// <param name="views">The views of training, without grayscale.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="view">The number of the view, from 0.</param>
    public ImageRenderer Render(ViewOptions views, long seed, int view)
    {
        var renderer = new AugmentedRenderer(views, Change ?? Identity.Instance);
        return (image, index, destination) => renderer.Render(
            image,
            ViewParameters.Draw(views, image.Width, image.Height, seed, view, index, 0) with { Gray = Gray },
            new AddressedRandom(new RandomStream(seed, Purpose.Probe, view, index)),
            destination);
    }

    private sealed class Identity : IAugmentation
    {
        public static Identity Instance { get; } = new();

        public void Apply(Span<float> view, int size, Random random)
        {
        }
    }
}
