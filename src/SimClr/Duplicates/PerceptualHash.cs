using System.Numerics;
using SimClr.Data;

namespace SimClr.Duplicates;

/// <summary>
/// The perceptual hash "pHash" of an image (Zauner 2010, "Implementation and benchmarking of perceptual image hash
/// functions", Section 3.2.1): 64 bits that copies of an image share if they were scaled, recompressed or slightly
/// recolored, computed without an encoder. The luma 0.299 R + 0.587 G + 0.114 B is averaged over 32 × 32 equal cells;
/// each bit tells whether a coefficient of their two-dimensional DCT-II, of frequencies 1 to 8 along both axes, is
/// above the median of these 64. (Zauner smooths by a 7 × 7 mean and then picks pixels; averaging over the cells
/// replaces both.)
/// </summary>
public static class PerceptualHash
{
    /// <summary>
    /// The maximum number of differing bits at which two images are copies on the evidence of their hashes alone.
    /// </summary>
    public const int MaxDistance = 6;

    /// <summary>
    /// The maximum number of differing bits at which hashes confirm a pair that an encoder found. Hashes of unrelated
    /// images differ in 32 bits on average.
    /// </summary>
    public const int MaxConfirmedDistance = 20;

    private const int Side = 32;
    private const int Bits = 8;

    // The root mean square, in gray levels of 255, that the 64 coefficients contribute to the image. Below it, noise
    // decides the bits: a blank image has no hash.
    private const double MinContrast = 1;

    private static readonly double[] Cosines = [.. Enumerable.Range(0, Bits * Side).Select(
        i => Math.Cos(Math.PI * ((2 * (i % Side)) + 1) * ((i / Side) + 1) / (2 * Side)))];

    /// <summary>Computes the hash of an image.</summary>
    /// <param name="image">The image.</param>
    /// <returns>
    /// The bits row by row, the lowest frequency in the highest bit; null for an image of too little contrast, such as
    /// a blank one, whose bits would be noise.
    /// </returns>
    public static ulong? Compute(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        double[] coefficients = Transform(LumaCells.Means(image, Side, Side));
        double[] sorted = [.. coefficients.Order()];
        double median = (sorted[(coefficients.Length / 2) - 1] + sorted[coefficients.Length / 2]) / 2;
        if (Contrast(coefficients) < MinContrast)
        {
            return null;
        }

        ulong hash = 0;
        foreach (double coefficient in coefficients)
        {
            hash = (hash << 1) | (coefficient > median ? 1UL : 0);
        }

        return hash;
    }

    /// <summary>Returns the number of bits in which two hashes differ, 0 … 64.</summary>
    public static int Distance(ulong one, ulong other) => BitOperations.PopCount(one ^ other);

    private static double[] Transform(double[] cells)
    {
        // Along the rows first: [32 × 32] → [32 × 8] → [8 × 8].
        double[] across = new double[Side * Bits];
        for (int y = 0; y < Side; y++)
        {
            for (int u = 0; u < Bits; u++)
            {
                for (int x = 0; x < Side; x++)
                {
                    across[(y * Bits) + u] += Cosines[(u * Side) + x] * cells[(y * Side) + x];
                }
            }
        }

        double[] result = new double[Bits * Bits];
        for (int v = 0; v < Bits; v++)
        {
            for (int u = 0; u < Bits; u++)
            {
                for (int y = 0; y < Side; y++)
                {
                    result[(v * Bits) + u] += Cosines[(v * Side) + y] * across[(y * Bits) + u];
                }
            }
        }

        return result;
    }

    // With the factor 2/32 the transform is orthonormal, so that squares sum to those of the pixels.
    private static double Contrast(double[] coefficients)
        => Math.Sqrt(coefficients.Sum(value => value * value)) * (2.0 / Side) / Side;
}
