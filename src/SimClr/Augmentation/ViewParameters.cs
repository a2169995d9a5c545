using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// All random draws of one view (paper, Appendix A), keyed by (seed, epoch, sample, view): the two views of an image
/// are independent, and a view does not depend on when or on which thread, worker or rank it is rendered.
/// </summary>
/// <param name="Crop">The crop.</param>
/// <param name="Flip">Whether the view is mirrored.</param>
/// <param name="Jitter">Whether the colors are distorted.</param>
/// <param name="JitterOrder">
/// A permutation of brightness 0, contrast 1, saturation 2, hue 3; two bits each, the first lowest.
/// </param>
/// <param name="Brightness">Factor, 0 or more; where brightness is additive, the number that is added.</param>
/// <param name="Contrast">Factor, 0 or more.</param>
/// <param name="Saturation">Factor, 0 or more.</param>
/// <param name="Hue">Share of the hue circle, −0.5 … 0.5.</param>
/// <param name="Gray">Whether the view is converted to grayscale.</param>
/// <param name="BlurSigma">Standard deviation of the blur in pixels; 0 for none.</param>
public readonly record struct ViewParameters(
    Box Crop,
    bool Flip,
    bool Jitter,
    int JitterOrder,
    float Brightness,
    float Contrast,
    float Saturation,
    float Hue,
    bool Gray,
    float BlurSigma)
{
    /// <summary>
    /// The operations in order, if they are not those of <see cref="OperationList.Paper"/> or some of them in this
    /// order; null otherwise.
    /// </summary>
    public OperationList? Operations { get; init; }

    /// <summary>The draws of further operations, if <see cref="Operations"/> is not null.</summary>
    public FurtherDraws Further { get; init; }

    /// <summary>Draws the parameters of one view.</summary>
    /// <param name="options">The distribution.</param>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="sample">Index of the image in its set.</param>
    /// <param name="view">0 or 1 (more are possible).</param>
    public static ViewParameters Draw(
        ViewOptions options, int width, int height, long seed, int epoch, int sample, int view)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stream = new RandomStream(seed, Purpose.View, epoch, sample, view);

        // Every number is drawn, used or not, and the crop, whose number of draws varies, comes last: disabling one
        // transform does not change the others.
        bool flip = stream.Chance(options.FlipProbability);
        bool jitter = stream.Chance(options.JitterProbability);
        Span<int> order = [0, 1, 2, 3];
        stream.Shuffle(order);
        if (options.JitterOrderInUse == ColorOrder.Fixed)
        {
            order.Sort();
        }

        double most = 0.8 * options.Strength;
        double light = options.Brightness ?? most;
        float brightness = options.AddsBrightness
            ? (float)stream.Uniform(-light, light)
            : Factor(ref stream, light);
        float contrast = Factor(ref stream, options.Contrast ?? most);
        float saturation = Factor(ref stream, options.Saturation ?? most);
        double turn = options.Hue ?? Math.Min(0.5, 0.2 * options.Strength);
        float hue = (float)stream.Uniform(-turn, turn);
        bool gray = stream.Chance(options.GrayProbability);
        bool blur = stream.Chance(options.BlurProbability) && options.Blur;
        float sigma = (float)stream.Uniform(options.BlurSigmaMin, options.BlurSigmaMax);
        Box crop = RandomResizedCrop.Draw(options, width, height, ref stream);
        var draws = new ViewParameters(
            crop, flip, jitter, order[0] | (order[1] << 2) | (order[2] << 4) | (order[3] << 6),
            brightness, contrast, saturation, hue, gray, blur ? sigma : 0);
        OperationList operations = options.OperationsOf(view);
        if (ReferenceEquals(operations, OperationList.Paper) && !options.SharedCrop)
        {
            return draws;
        }

        Box start = new(0, 0, height, width);
        if (options.SharedCrop)
        {
            var shared = new RandomStream(seed, Purpose.SharedCrop, epoch, sample);
            start = RandomResizedCrop.Draw(options, width, height, ref shared);
        }

        bool cropsImage = !options.SharedCrop && operations.FirstIs(ViewOperation.Crop);
        draws = draws.Only(operations.Span) with { Crop = cropsImage ? crop : start };
        return operations.IsInPaperOrder && (cropsImage || !operations.Contains(ViewOperation.Crop))
            ? draws
            : draws with
            {
                Operations = operations,
                Further = FurtherDraws.Draw(options, operations, cropsImage, seed, epoch, sample, view),
            };
    }

    /// <summary>
    /// Disables the paper's operations that are not among the given ones. They are drawn nevertheless, so that the
    /// other draws do not depend on them.
    /// </summary>
    internal ViewParameters Only(ReadOnlySpan<ViewOperation> operations) => this with
    {
        Flip = Flip && operations.Contains(ViewOperation.Flip),
        Jitter = Jitter && operations.Contains(ViewOperation.Color),
        Gray = Gray && operations.Contains(ViewOperation.Gray),
        BlurSigma = operations.Contains(ViewOperation.Blur) ? BlurSigma : 0,
    };

    /// <summary>The color operation at a position (0 … 3) of the jitter order.</summary>
    internal int JitterAt(int turn) => (JitterOrder >> (2 * turn)) & 3;

    private static float Factor(ref RandomStream stream, double range)
        => (float)stream.Uniform(Math.Max(0, 1 - range), 1 + range);
}
