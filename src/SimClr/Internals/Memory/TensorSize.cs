namespace SimClr.Internals;

/// <summary>How many numbers a shape that a file claims stands for.</summary>
internal static class TensorSize
{
    /// <summary>More than any weight or embedding has.</summary>
    public const int MaxDimensions = 16;

    private const long MaxNumbers = 1L << 56;

    /// <summary>
    /// The product of the sides; null for a shape that no tensor has: a side below 0, too many, or more numbers than can be
    /// counted. Sides beside a zero count too: strides are products of them.
    /// </summary>
    public static long? Count(ReadOnlySpan<long> shape)
    {
        long product = 1;
        long count = 1;
        foreach (long side in shape)
        {
            if (side < 0 || shape.Length > MaxDimensions || product > MaxNumbers / Math.Max(1, side))
            {
                return null;
            }

            product *= Math.Max(1, side);
            count *= side;
        }

        return count;
    }
}
