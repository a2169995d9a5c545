using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>The options of the prediction of transformations.</summary>
public sealed record TransformationOptions
{
    /// <summary>
    /// The number of random views of each image; each view is shown in every transformation. Default: 1.
    /// </summary>
    public int Views { get; init => field = Require.Positive(value); } = 1;

    /// <summary>The seed of the views, the noise, the held-out images and the intervals. Default: 0.</summary>
    public long Seed { get; init; }
}
