using SimClr.Internals;

namespace SimClr.Heads;

/// <summary>The projection head g (paper, Section 4.2): section <c>head</c> of the configuration.</summary>
public sealed record HeadOptions
{
    /// <summary>
    /// <c>mlp</c>, <c>linear</c> or <c>none</c> (the loss then receives h itself). Default: <c>mlp</c>.
    /// </summary>
    public HeadKind Kind { get; init => field = Require.Defined(value); } = HeadKind.Mlp;

    /// <summary>The number of linear layers of an <c>mlp</c>, 2 to 16. Default: 2 (one hidden layer).</summary>
    public int Layers { get; init => field = Require.Between(value, 2, 16); } = 2;

    /// <summary>Width of the hidden layers; 0 for the width of h. Default: 0.</summary>
    public int Hidden { get; init => field = Require.NonNegative(value); }

    /// <summary>Width of the projection z. Default: 128.</summary>
    public int Output { get; init => field = Require.Positive(value); } = 128;

    /// <summary>
    /// Whether each layer is followed by batch normalization, without a shift after the last one, and the linear layers
    /// have no biases (as in the paper's first code). If false, plain layers with biases. Default: true.
    /// </summary>
    public bool BatchNorm { get; init; } = true;
}
