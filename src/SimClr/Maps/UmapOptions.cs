using SimClr.Internals;

namespace SimClr.Maps;

/// <summary>The options of a map of neighborhoods. The defaults are those of UMAP's reference implementation.</summary>
public sealed record UmapOptions
{
    /// <summary>
    /// The number of neighbors that attract each image, 2 to 500; fewer if there are fewer images. Default: 15.
    /// </summary>
    public int Neighbors { get; init => field = Require.Between(value, 2, 500); } = 15;

    /// <summary>
    /// The number of epochs over the neighborhoods; null for 500 with up to 10,000 images, 200 with more. Default:
    /// null.
    /// </summary>
    public int? Epochs { get; init => field = value is { } epochs ? Require.Positive(epochs) : null; }

    /// <summary>
    /// The number of random images that repel an image for each neighbor that attracts it. Default: 5.
    /// </summary>
    public int NegativeSamples { get; init => field = Require.Positive(value); } = 5;

    /// <summary>The seed of the map. Default: 0.</summary>
    public long Seed { get; init; }
}
