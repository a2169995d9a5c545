using SimClr.Internals;

namespace SimClr.Clusters;

/// <summary>How clusters are searched for.</summary>
public sealed record KMeansOptions
{
    /// <summary>Beginnings that are tried; the best end wins. Default 4.</summary>
    public int Restarts { get; init => field = Require.Positive(value); } = 4;

    /// <summary>Steps of one try at most. Default 100.</summary>
    public int MaxIterations { get; init => field = Require.Positive(value); } = 100;

    /// <summary>Fixes the beginnings. Default 0.</summary>
    public long Seed { get; init; }
}
