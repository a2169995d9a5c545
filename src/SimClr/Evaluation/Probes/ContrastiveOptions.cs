using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>The options of the contrastive task.</summary>
public sealed record ContrastiveOptions
{
    /// <summary>
    /// The number of candidates N, at least 2: the second views of N images, of which one belongs to the anchor.
    /// Default: null, for 4,096 (the paper's batch), or all images if there are fewer.
    /// </summary>
    public int? Candidates
    {
        get;
        init => field = value is { } count ? Require.Between(count, 2, int.MaxValue) : null;
    }

    /// <summary>The temperature τ. Default: 0.1.</summary>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>Whether similarity is the cosine or, if false, the plain dot product. Default: true.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>The seed of the views, of the candidates and of the interval. Default: 0.</summary>
    public long Seed { get; init; }
}
