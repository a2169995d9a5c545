using SimClr.Internals;

namespace SimClr.Data;

/// <summary>How images are read: section <c>data</c> of the configuration.</summary>
public sealed record DataOptions
{
    /// <summary>Images of more megapixels are skipped before their pixels are allocated. Default 100.</summary>
    public double DecodeLimitMegapixels { get; init => field = Require.Positive(value); } = 100;

    /// <summary>The share of images that may be skipped as unreadable before the run stops, 0 … 1. Default 0.05.</summary>
    public double MaxSkipped { get; init => field = Require.Probability(value); } = 0.05;

    /// <summary>Whether decoded images are held in memory: <c>auto</c> (when they fit in a quarter of it), <c>always</c> or <c>never</c>.</summary>
    public string Cache { get; init => field = Require.OneOf(value, ["auto", "always", "never"]); } = "auto";

    /// <summary>Threads that decode and augment; 0 for one per core.</summary>
    public int Workers { get; init => field = Require.NonNegative(value); }
}
