using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// How the two random views of an image are made (paper, Section 3 and Appendix A): section <c>views</c> of the
/// configuration. The defaults are the paper's for ImageNet; the small-image form (B.9) is size 32, strength 0.5, no blur.
/// </summary>
public sealed record ViewOptions
{
    /// <summary>Side of the square view in pixels. Default 224.</summary>
    public int Size { get; init => field = Require.Positive(value); } = 224;

    /// <summary>Smallest share of the image's area that a crop takes. Default 0.08.</summary>
    public double AreaMin { get; init => field = Require.Between(value, 1e-4, 1); } = 0.08;

    /// <summary>Largest share of the image's area that a crop takes. Default 1.</summary>
    public double AreaMax { get; init => field = Require.Between(value, 1e-4, 1); } = 1;

    /// <summary>Smallest aspect (width over height) of a crop before it is resized. Default 3/4.</summary>
    public double AspectMin { get; init => field = Require.Between(value, 0.01, 100); } = 3.0 / 4;

    /// <summary>Largest aspect of a crop. Default 4/3.</summary>
    public double AspectMax { get; init => field = Require.Between(value, 0.01, 100); } = 4.0 / 3;

    /// <summary>Strength s of the color distortion: brightness, contrast and saturation by 0.8·s, hue by 0.2·s. At most 2.5. Default 1.</summary>
    public double Strength { get; init => field = Require.Between(value, 0, 2.5); } = 1;

    /// <summary>Brightness is multiplied by 1 ± this much, never below 0. At most 2. Default null: 0.8 · <see cref="Strength"/>.</summary>
    public double? Brightness { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>Contrast, likewise. Default null: 0.8 · <see cref="Strength"/>.</summary>
    public double? Contrast { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>Saturation, likewise. Default null: 0.8 · <see cref="Strength"/>.</summary>
    public double? Saturation { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>Hue turns by ± this share of the color circle. At most 0.5. Default null: 0.2 · <see cref="Strength"/>.</summary>
    public double? Hue { get; init => field = value is { } range ? Require.Between(range, 0, 0.5) : null; }

    /// <summary>How often colors are jittered. Default 0.8.</summary>
    public double JitterProbability { get; init => field = Require.Probability(value); } = 0.8;

    /// <summary>How often a view turns gray. Default 0.2.</summary>
    public double GrayProbability { get; init => field = Require.Probability(value); } = 0.2;

    /// <summary>Whether views are blurred. Default true.</summary>
    public bool Blur { get; init; } = true;

    /// <summary>How often, where <see cref="Blur"/> is on. Default 0.5.</summary>
    public double BlurProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>Smallest standard deviation σ of the blur in pixels; it is uniform. Default 0.1.</summary>
    public double BlurSigmaMin { get; init => field = Require.Between(value, 0.001, 1000); } = 0.1;

    /// <summary>Largest σ of the blur in pixels. Default 2.</summary>
    public double BlurSigmaMax { get; init => field = Require.Between(value, 0.001, 1000); } = 2;

    /// <summary>Width of the blur's kernel as a share of the side, made odd and at least 3 pixels. Default 0.1.</summary>
    public double BlurKernel { get; init => field = Require.Between(value, 0.001, 1); } = 0.1;

    /// <summary>How often a view is mirrored left to right. Default 0.5.</summary>
    public double FlipProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary><c>bicubic</c> (default) or <c>bilinear</c>, both with antialiasing.</summary>
    public Interpolation Interpolation { get; init => field = Require.Defined(value); } = Interpolation.Bicubic;

    /// <summary>
    /// <c>none</c> (default: pixels stay in [0, 1], as in the paper's code), or <c>imagenet</c>: less the mean
    /// (0.485, 0.456, 0.406), divided by the standard deviation (0.229, 0.224, 0.225). Stored with the encoder.
    /// </summary>
    public Normalization Normalize { get; init => field = Require.Defined(value); } = Normalization.None;

    /// <summary>Crop and flip only, for training classifiers (paper, Appendix B.5 and B.6).</summary>
    public ViewOptions CropAndFlip() => this with { JitterProbability = 0, GrayProbability = 0, Blur = false };

    /// <summary>Checks the rules across fields.</summary>
    /// <exception cref="ArgumentException">A smallest area, aspect or σ is above the largest.</exception>
    public void Validate()
    {
        InOrder("area", AreaMin, AreaMax);
        InOrder("aspect", AspectMin, AspectMax);
        InOrder("blur_sigma", BlurSigmaMin, BlurSigmaMax);
    }

    private static void InOrder(string name, double min, double max)
    {
        if (min > max)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"views.{name}_min is {min} and views.{name}_max is {max}; views.{name}_min cannot be the larger"));
        }
    }
}
