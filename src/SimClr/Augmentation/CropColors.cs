using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Color histograms of random crops (paper, Section 3.2 and Figure 6): crops of one image have similar colors, so that
/// a network can match them by color alone, unless the colors are distorted.
/// </summary>
/// <param name="Plain">The crops without color distortion.</param>
/// <param name="Distorted">The same crops with color distortion and grayscale, as configured.</param>
public sealed record CropColors(CropHistograms Plain, CropHistograms Distorted)
{
    /// <summary>Measures random crops of images.</summary>
    /// <param name="images">Two images or more.</param>
    /// <param name="views">The distribution of crops and colors.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="crops">Crops of each image, 2 or more.</param>
    /// <exception cref="ArgumentException">There are too few images or crops.</exception>
    public static CropColors Measure(IReadOnlyList<RgbImage> images, ViewOptions views, long seed, int crops)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(views);
        if (images.Count < 2)
        {
            throw new ArgumentException(
                $"got {images.Count} image(s), expected at least 2 to compare", nameof(images));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(crops, 2);
        ViewOptions plain = views.OneView() with
        {
            Operations = [ViewOperation.Crop],
            Normalize = Normalization.None,
        };
        ViewOptions distorted = plain with
        {
            Operations = [ViewOperation.Crop, ViewOperation.Color, ViewOperation.Gray],
        };
        return new CropColors(Histograms(plain), Histograms(distorted));

        CropHistograms Histograms(ViewOptions options)
        {
            var renderer = new ViewRenderer(options);
            float[] pixels = new float[3 * options.Size * options.Size];
            return new CropHistograms(
            [
                .. images.Select((image, sample) => (IReadOnlyList<double[]>)
                [
                    .. Enumerable.Range(0, crops).Select(crop =>
                    {
                        renderer.Render(
                            image,
                            ViewParameters.Draw(options, image.Width, image.Height, seed, 0, sample, crop),
                            pixels);
                        return CropHistograms.Count(pixels);
                    }),
                ]),
            ]);
        }
    }
}
