using SimClr.Data;

namespace SimClr.Checks;

/// <summary>
/// Measures of how much can be seen in an image. All but the size are taken on the luma of the image reduced to a short
/// side of at most 256 pixels, so that images of different sizes compare.
/// </summary>
/// <param name="Width">The width of the image in pixels.</param>
/// <param name="Height">The height of the image in pixels.</param>
/// <param name="Brightness">The mean luma, 0 … 255.</param>
/// <param name="Contrast">The standard deviation of the luma, 0 … 128.</param>
/// <param name="Sharpness">
/// The variance of the Laplacian (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy: a
/// comparative study") divided by the variance of the luma, so that dark and pale images do not count as blurred;
/// 0 … 64, the highest for a checkerboard of single pixels; 0 for an image of one color.
/// </param>
public sealed record ImageQuality(int Width, int Height, double Brightness, double Contrast, double Sharpness)
{
    /// <summary>The maximum short side, in pixels, of the reduced image.</summary>
    internal const int Side = 256;

    /// <summary>Measures an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="size">The size before it was reduced for decoding; null if it was not.</param>
    public static ImageQuality Measure(RgbImage image, (int Width, int Height)? size = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        int shortest = Math.Min(image.Width, image.Height);
        double scale = Math.Min(1, (double)Side / shortest);
        int columns = Math.Max(1, (int)(scale * image.Width));
        int rows = Math.Max(1, (int)(scale * image.Height));
        double[] luma = LumaCells.Means(image, columns, rows);
        double mean = luma.Average();
        double variance = luma.Average(value => (value - mean) * (value - mean));
        (int width, int height) = size ?? (image.Width, image.Height);
        double sharpness = variance < 1e-6 ? 0 : LaplacianVariance(luma, columns) / variance;
        return new ImageQuality(width, height, mean, Math.Sqrt(variance), sharpness);
    }

    /// <summary>
    /// Returns the variance of the sum of the four neighbors minus four times the pixel, over the inner pixels.
    /// </summary>
    private static double LaplacianVariance(double[] luma, int columns)
    {
        int rows = luma.Length / columns;
        (double sum, double squares, long count) = (0, 0, 0);
        for (int y = 1; y < rows - 1; y++)
        {
            for (int x = 1; x < columns - 1; x++)
            {
                int i = (y * columns) + x;
                double value = luma[i - 1] + luma[i + 1] + luma[i - columns] + luma[i + columns] - (4 * luma[i]);
                (sum, squares, count) = (sum + value, squares + (value * value), count + 1);
            }
        }

        return count == 0 ? 0 : Math.Max(0, (squares / count) - (sum / count * (sum / count)));
    }
}
