using SimClr.Internals;

namespace SimClr.Maps;

/// <summary>How a map of neighborhoods is made. The defaults are those of UMAP's own implementation.</summary>
public sealed record UmapOptions
{
    /// <summary>Neighbors of each image that pull at it; fewer where there are fewer images. Default 15.</summary>
    public int Neighbors { get; init => field = Require.Between(value, 2, 500); } = 15;

    /// <summary>Passes over the neighborhoods; null for 500 up to 10,000 images and 200 beyond. Default null.</summary>
    public int? Epochs { get; init => field = value is { } epochs ? Require.Positive(epochs) : null; }

    /// <summary>Strangers that push for each neighbor that pulls. Default 5.</summary>
    public int NegativeSamples { get; init => field = Require.Positive(value); } = 5;

    /// <summary>Fixes the strangers. Default 0.</summary>
    public long Seed { get; init; }
}
