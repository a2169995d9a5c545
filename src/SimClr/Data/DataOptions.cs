using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The options for reading images: section <c>data</c> of the configuration.</summary>
public sealed record DataOptions
{
    internal const string DecodeLimitName = "data.decode_limit_megapixels";

    /// <summary>
    /// The maximum image size in megapixels. A larger image is skipped before its pixels are allocated. Default: 100.
    /// </summary>
    public double DecodeLimitMegapixels { get; init => field = Require.Positive(value); } = 100;

    /// <summary>
    /// The share of images that may be skipped as unreadable before the run stops, 0 to 1. Default: 0.05.
    /// </summary>
    [MayDiffer(Between.Sessions)]
    public double MaxSkipped { get; init => field = Require.Probability(value); } = 0.05;

    /// <summary>
    /// Whether decoded images are kept in memory: <c>auto</c> (if they fit in a quarter of it), <c>always</c> or
    /// <c>never</c>. Default: <c>auto</c>.
    /// </summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public DataCache Cache { get; init => field = Require.Defined(value); } = DataCache.Auto;

    /// <summary>
    /// The JPEG decoder: <c>auto</c> (libturbojpeg if the system has it, else SkiaSharp), <c>skia</c> or
    /// <c>turbojpeg</c>. On the photographs tested, both decoders produce the same pixels, bit for bit. Default:
    /// <c>auto</c>.
    /// </summary>
    public JpegDecoder Decoder { get; init => field = Require.Defined(value); } = JpegDecoder.Auto;

    /// <summary>
    /// The minimum short side, in pixels, of a JPEG decoded at 1/2, 1/4 or 1/8 of its size, which is faster; 0 decodes
    /// at full size. Views are then made from the smaller image: a crop with fewer pixels than the view is enlarged
    /// from less detail. Default: 0.
    /// </summary>
    public int ScaledDecode { get; init => field = Require.NonNegative(value); }

    /// <summary>The number of threads that decode and augment images; 0 means one per core. Default: 0.</summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public int Workers { get; init => field = Require.NonNegative(value); }
}
