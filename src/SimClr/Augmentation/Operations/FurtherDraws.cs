using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The random draws of the operations that are not among the paper's default ones. Each operation draws from its own
/// stream, keyed by (seed, epoch, sample, view, operation), so that adding one does not change the draws of another.
/// </summary>
public readonly record struct FurtherDraws
{
    /// <summary>
    /// A crop of the view itself, in its pixels, for a list in which the crop is not first or follows a shared crop;
    /// of size 0 for none.
    /// </summary>
    public Box Crop { get; init; }

    /// <summary>The part of the view that is covered; of size 0 for none.</summary>
    public Box Cutout { get; init; }

    /// <summary>Quarter turns counterclockwise, 0 to 3.</summary>
    public int QuarterTurns { get; init; }

    /// <summary>Standard deviation of the noise, for pixels in [0, 1]; 0 for none.</summary>
    public float NoiseSigma { get; init; }

    /// <summary>The seed of the values of the noise.</summary>
    public long NoiseSeed { get; init; }

    /// <summary>Whether the view is replaced by its gradient.</summary>
    public bool Sobel { get; init; }

    /// <summary>Whether the histograms are equalized.</summary>
    public bool Equalize { get; init; }

    /// <summary>Whether bright values are inverted.</summary>
    public bool Solarize { get; init; }

    /// <summary>Direction of the motion blur in radians, 0 … π; null for none.</summary>
    public float? MotionAngle { get; init; }

    /// <summary>The draws of AutoAugment; null for none.</summary>
    public AutoAugmentDraws? AutoAugment { get; init; }

    /// <summary>Draws the parameters of the operations of a list.</summary>
    internal static FurtherDraws Draw(
        ViewOptions options, OperationList operations, bool cropsImage, long seed, int epoch, int sample, int view)
    {
        var draws = default(FurtherDraws);
        for (int i = 0; i < operations.Count; i++)
        {
            ViewOperation operation = operations[i];
            var stream = new RandomStream(
                seed, Purpose.ViewOperation, epoch, sample, ((long)view << 8) | (long)operation);
            draws = operation switch
            {
                ViewOperation.Crop when !cropsImage => draws with
                {
                    Crop = RandomResizedCrop.Draw(options, options.Size, options.Size, ref stream),
                },
                ViewOperation.Cutout => draws with { Cutout = CutoutBox(options, ref stream) },
                ViewOperation.Rotate => draws with { QuarterTurns = stream.NextInt(4) },
                ViewOperation.Noise => WithNoise(draws, options, ref stream),
                ViewOperation.Sobel => draws with { Sobel = stream.Chance(options.SobelProbability) },
                ViewOperation.Equalize => draws with { Equalize = stream.Chance(options.EqualizeProbability) },
                ViewOperation.Solarize => draws with { Solarize = stream.Chance(options.SolarizeProbability) },
                ViewOperation.MotionBlur when stream.Chance(options.MotionBlurProbability) => draws with
                {
                    MotionAngle = (float)stream.Uniform(0, Math.PI),
                },
                ViewOperation.AutoAugment => draws with
                {
                    AutoAugment = AutoAugmentDraws.Draw(options.Policy, ref stream),
                },
                _ => draws,
            };
        }

        return draws;
    }

    private static Box CutoutBox(ViewOptions options, ref RandomStream stream)
        => stream.Chance(options.CutoutProbability)
            ? Augmentation.Cutout.Square(
                options.Size, options.CutoutSize, stream.NextInt(options.Size), stream.NextInt(options.Size))
            : default;

    private static FurtherDraws WithNoise(in FurtherDraws draws, ViewOptions options, ref RandomStream stream)
        => stream.Chance(options.NoiseProbability)
            ? draws with
            {
                NoiseSigma = (float)stream.Uniform(0, options.NoiseSigmaMax),
                NoiseSeed = (long)stream.NextUInt64(),
            }
            : draws;
}
