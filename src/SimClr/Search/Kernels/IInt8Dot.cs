namespace SimClr.Search;

/// <summary>
/// The inner product of codes, with one implementation per instruction set. All return the same integer.
/// </summary>
internal unsafe interface IInt8Dot
{
    /// <summary>Computes Σ stored[i] · query[i].</summary>
    /// <param name="stored">Codes plus 128.</param>
    /// <param name="query">Codes, −127 … 127.</param>
    /// <param name="length">A multiple of 32, at most 65,536, so that the sum fits in 32 bits.</param>
    static abstract int Compute(byte* stored, sbyte* query, int length);
}
