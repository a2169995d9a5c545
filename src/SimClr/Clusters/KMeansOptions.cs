using SimClr.Internals;

namespace SimClr.Clusters;

/// <summary>The options of k-means.</summary>
public sealed record KMeansOptions
{
    /// <summary>The number of starting points; the best result wins. Default: 4.</summary>
    public int Restarts { get; init => field = Require.Positive(value); } = 4;

    /// <summary>The maximum number of steps from one starting point. Default: 100.</summary>
    public int MaxIterations { get; init => field = Require.Positive(value); } = 100;

    /// <summary>The seed of the starting points. Default: 0.</summary>
    public long Seed { get; init; }
}
