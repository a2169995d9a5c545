using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The images of a set as another photographer might have taken them: a random crop of 50 to 100% of the area, resized
/// back, mirrored with probability 0.5, with brightness and contrast scaled by 0.6 to 1.4. The seed and the image's
/// index fix the perturbation, so that all representations are compared on the same pictures.
/// </summary>
public sealed class PerturbedDataSet : DelegatingDataSet
{
    private const double MinFactor = 0.6;
    private const double MaxFactor = 1.4;

    private static readonly ViewOptions Crops = new() { AreaMin = 0.5 };

    private readonly long seed;

    /// <summary>Wraps a set. Labels and paths remain those of the originals.</summary>
    /// <param name="images">The originals.</param>
    /// <param name="seed">The seed of the perturbations. Default: 0.</param>
    public PerturbedDataSet(ImageDataSet images, long seed = 0)
        : base(images) => this.seed = seed;

    /// <inheritdoc/>
    public override string Name => $"{Source.Name}, perturbed";

    /// <inheritdoc/>
    public override string Fingerprint => $"{Source.Fingerprint}-disturbed-{seed}";

    /// <inheritdoc/>
    public override bool IsDecoded => false;   // Each read computes the image.

    /// <summary>The perturbed image: a square with the short side of the original.</summary>
    public override RgbImage Read(int index)
    {
        RgbImage image = Source.Read(index);
        int side = Math.Min(image.Width, image.Height);
        float[] view = new float[3 * side * side];
        new ViewRenderer(Crops with { Size = side }).Render(image, Draw(image, index), view);
        return new RgbImage(side, side, [.. view.Select(v => (byte)Math.Round(255 * v))]);
    }

    /// <inheritdoc/>
    public override void Recycle(int index, RgbImage image)
    {
        // The image does not belong to the source.
    }

    private ViewParameters Draw(RgbImage image, int index)
    {
        var stream = new RandomStream(seed, Purpose.Perturbation, index);
        const int brightnessThenContrast = 0 | (1 << 2) | (2 << 4) | (3 << 6);
        return new ViewParameters(
            Crop: default,
            Flip: stream.Chance(0.5),
            Jitter: true,
            JitterOrder: brightnessThenContrast,
            Brightness: (float)stream.Uniform(MinFactor, MaxFactor),
            Contrast: (float)stream.Uniform(MinFactor, MaxFactor),
            Saturation: 1,
            Hue: 0,
            Gray: false,
            BlurSigma: 0) with
        { Crop = RandomResizedCrop.Draw(Crops, image.Width, image.Height, ref stream) };
    }
}
