using SimClr.Internals;

namespace SimClr.Data;

/// <summary>How images are read: section <c>data</c> of the configuration.</summary>
public sealed record DataOptions
{
    /// <summary>Images of more megapixels are skipped before their pixels are allocated. Default 100.</summary>
    public double DecodeLimitMegapixels { get; init => field = Require.Positive(value); } = 100;

    /// <summary>The share of images that may be skipped as unreadable before the run stops, 0 … 1. Default 0.05.</summary>
    [MayDiffer(Between.Sessions)]
    public double MaxSkipped { get; init => field = Require.Probability(value); } = 0.05;

    /// <summary>Whether decoded images are held in memory: <c>auto</c> (when they fit in a quarter of it), <c>always</c> or <c>never</c>.</summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public DataCache Cache { get; init => field = Require.Defined(value); } = DataCache.Auto;

    /// <summary>
    /// Who decodes JPEG: <c>auto</c> (libturbojpeg where the system has it, else SkiaSharp), <c>skia</c> or
    /// <c>turbojpeg</c>. Both compute alike: on the photographs tried, their pixels are the same bit for bit.
    /// </summary>
    public JpegDecoder Decoder { get; init => field = Require.Defined(value); } = JpegDecoder.Auto;

    /// <summary>
    /// JPEGs are decoded at 1/2, 1/4 or 1/8 of their size, which is faster, as long as their short side keeps this many
    /// pixels; 0 (default) for never. Views are then made as if the smaller image had been the file: crops of less area
    /// than a view has are enlarged from fewer pixels.
    /// </summary>
    public int ScaledDecode { get; init => field = Require.NonNegative(value); }

    /// <summary>Threads that decode and augment; 0 for one per core.</summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public int Workers { get; init => field = Require.NonNegative(value); }
}
