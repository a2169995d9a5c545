using SimClr.Augmentation;
using SimClr.Encoders;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// Options for importing weights of other programs: facts that the file does not state, and expectations to check
/// against the file.
/// </summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The pixel normalization used in training: <c>imagenet</c> or <c>none</c>, as in the section <c>views</c>. It is
    /// not stored in the weights and is required, except for files of this library.
    /// </summary>
    public Normalization? Normalize { get; init => field = value is { } set ? Require.Defined(set) : null; }

    /// <summary>
    /// The side of the encoder's input, in pixels. Default: null, which means 224, or 32 if the stem is the one for
    /// small images.
    /// </summary>
    public int? Size { get; init => field = value is { } side ? Require.Positive(side) : null; }

    /// <summary>
    /// The interpolation used to resize images: <c>bicubic</c> or <c>bilinear</c>. Default: null, which means
    /// <c>bicubic</c>.
    /// </summary>
    public Interpolation? Interpolation { get; init => field = value is { } set ? Require.Defined(set) : null; }

    /// <summary>
    /// The prefix of the encoder's names, such as <c>state_dict.module.encoder_q</c>. Default: null, which detects it
    /// if there is one encoder or if the others are moving averages of one.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>The required encoder, or null to accept any of the catalog. Default: null.</summary>
    public string? Encoder { get; init => field = value is null ? null : Require.OneOf(value, EncoderCatalog.Names); }

    /// <summary>The required width, or null to accept any. Default: null.</summary>
    public double? Width { get; init => field = value is { } width ? Require.Positive(width) : null; }

    /// <summary>The required stem, <c>small</c> or <c>imagenet</c>, or null to accept either. Default: null.</summary>
    public EncoderStem? Stem { get; init => field = value is { } set ? Require.Defined(set) : null; }
}
