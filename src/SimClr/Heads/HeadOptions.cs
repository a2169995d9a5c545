using SimClr.Internals;

namespace SimClr.Heads;

/// <summary>The projection head g (paper, Section 4.2): section <c>head</c> of the configuration.</summary>
public sealed record HeadOptions
{
    /// <summary><c>mlp</c> (default), <c>linear</c> or <c>none</c> (the loss then sees h itself).</summary>
    public HeadKind Kind { get; init => field = Require.Defined(value); } = HeadKind.Mlp;

    /// <summary>Linear layers of an <c>mlp</c>: 2 (default: one hidden layer) or more.</summary>
    public int Layers { get; init => field = Require.Between(value, 2, 16); } = 2;

    /// <summary>Width of the hidden layers; 0 (default) for that of h.</summary>
    public int Hidden { get; init => field = Require.NonNegative(value); }

    /// <summary>Width of the projection z. Default 128.</summary>
    public int Output { get; init => field = Require.Positive(value); } = 128;

    /// <summary>
    /// Batch normalization after each layer, the last without shift, and no linear biases (default, as in the paper's
    /// first code); false for plain layers with biases.
    /// </summary>
    public bool BatchNorm { get; init; } = true;
}
