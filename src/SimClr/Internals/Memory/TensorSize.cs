namespace SimClr.Internals;

/// <summary>The number of elements in a shape read from a file.</summary>
internal static class TensorSize
{
    /// <summary>More dimensions than any weight or embedding has.</summary>
    public const int MaxDimensions = 16;

    private const long MaxNumbers = 1L << 56;

    /// <summary>
    /// Returns the product of the sides; null for a shape that no tensor can have: a negative side, too many sides, or
    /// too many elements to count. If one side is zero, the others still count toward this limit, because strides are
    /// products of them.
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
