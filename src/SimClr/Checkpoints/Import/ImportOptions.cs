using SimClr.Augmentation;
using SimClr.Encoders;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// What weights of other programs do not say about themselves, and, where it is to be checked, what they do say.
/// </summary>
public sealed record ImportOptions
{
    /// <summary>
    /// What the encoder's pixels were divided by: <c>imagenet</c> or <c>none</c>, as in the section <c>views</c>. Weights do
    /// not tell; it must be given, except for files of this program.
    /// </summary>
    public Normalization? Normalize { get; init => field = value is { } set ? Require.Defined(set) : null; }

    /// <summary>Side of the encoder's input in pixels. Default null: 224, or 32 where the stem is the one for small images.</summary>
    public int? Size { get; init => field = value is { } side ? Require.Positive(side) : null; }

    /// <summary><c>bicubic</c> (default null stands for it) or <c>bilinear</c>: how images are brought to that size.</summary>
    public Interpolation? Interpolation { get; init => field = value is { } set ? Require.Defined(set) : null; }

    /// <summary>
    /// What stands in front of the encoder's names, such as <c>state_dict.module.encoder_q</c>. Default null: found, where
    /// there is one encoder, or one that the others follow.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>The encoder that the weights must be of, or null (default) for the one that they are of.</summary>
    public string? Encoder { get; init => field = value is null ? null : Require.OneOf(value, EncoderCatalog.Names); }

    /// <summary>The width that they must have, or null (default).</summary>
    public double? Width { get; init => field = value is { } width ? Require.Positive(width) : null; }

    /// <summary>The stem that they must have, <c>small</c> or <c>imagenet</c>, or null (default).</summary>
    public EncoderStem? Stem { get; init => field = value is { } set ? Require.Defined(set) : null; }
}
