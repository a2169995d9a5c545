namespace SimClr.Internals;

/// <summary>16-bit numbers with the range of a float and 8 significant bits: the upper half of a float.</summary>
internal static class BFloat16
{
    /// <summary>Rounds finite floats to nearest, ties to even, as the tensor library does.</summary>
    public static void Round(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
