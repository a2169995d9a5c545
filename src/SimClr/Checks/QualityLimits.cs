using SimClr.Internals;

namespace SimClr.Checks;

/// <summary>The limits beyond which <see cref="ImageCheck"/> reports an image.</summary>
public sealed record QualityLimits
{
    /// <summary>
    /// The minimum short side in pixels; smaller images are small. Default: 32, the smallest common input.
    /// </summary>
    public int MinSide { get; init => field = Require.Positive(value); } = 32;

    /// <summary>
    /// The minimum mean luma, 0 … 255; darker images are dark. Default: 56, 22% of the range as in CleanVision.
    /// </summary>
    public double MinBrightness { get; init => field = Require.Between(value, 0, 255); } = 56;

    /// <summary>
    /// The maximum mean luma, 0 … 255; brighter images are bright. Default: 242, 95% of the range as in CleanVision.
    /// </summary>
    public double MaxBrightness { get; init => field = Require.Between(value, 0, 255); } = 242;

    /// <summary>
    /// The minimum standard deviation of the luma, 0 … 128; images below it are blank, and not blurred. Default: 5,
    /// about the noise of a camera.
    /// </summary>
    public double MinContrast { get; init => field = Require.Between(value, 0, 128); } = 5;

    /// <summary>
    /// The minimum <see cref="ImageQuality.Sharpness"/>; images below it are blurred. Default: 0.01, chosen on 143
    /// photographs and on blurred copies of them.
    /// </summary>
    public double MinSharpness { get; init => field = Require.NonNegative(value); } = 0.01;
}
