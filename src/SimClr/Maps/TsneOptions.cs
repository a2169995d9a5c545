using SimClr.Internals;

namespace SimClr.Maps;

/// <summary>The options of a map by t-SNE.</summary>
public sealed record TsneOptions
{
    /// <summary>
    /// The effective number of neighbors of each image, 1 to 500; at most a third of the other images. Default: 30.
    /// </summary>
    public double Perplexity { get; init => field = Require.Between(value, 1, 500); } = 30;

    /// <summary>The number of steps. Default: 1,000.</summary>
    public int Iterations { get; init => field = Require.Positive(value); } = 1000;

    /// <summary>
    /// The factor of the attraction in the first 250 steps, in which groups form. Default: 12.
    /// </summary>
    public double EarlyExaggeration { get; init => field = Require.Between(value, 1, 100); } = 12;

    /// <summary>
    /// The accuracy of the repulsion by Barnes and Hut: a group of images acts as one if it is smaller than this share
    /// of its distance. 0 to 0.7; 0 is exact. Default: 0.5.
    /// </summary>
    public double Theta { get; init => field = Require.Between(value, 0, 0.7); } = 0.5;

    /// <summary>The seed of the map. Default: 0.</summary>
    public long Seed { get; init; }
}
