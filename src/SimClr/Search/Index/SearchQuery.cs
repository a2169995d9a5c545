using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SimClr.Search;

/// <summary>
/// A query as a vector of length 1 and as codes. With x = a·c + e, |e| ≤ r (a row) and q = b·d + f, |f| ≤ s (the
/// query): x·q = ab·c·d + a·c·f + e·q, and |a·c·f + e·q| ≤ (1 + r)·s + r·(1 + s). No similarity differs from that of
/// the codes by more than this; <see cref="slack"/> covers the rounding of float32.
/// </summary>
internal sealed unsafe class SearchQuery
{
    private const float Epsilon = 1f / (1 << 23);

    private readonly float[] unit;
    private readonly sbyte[] codes;
    private readonly float slack;
    private CodeHeader header;
    private int offset;

    public SearchQuery(int dimension, int codeLength)
    {
        unit = new float[dimension];
        slack = (dimension + 16) * Epsilon;
        CodeLength = codeLength;
        codes = GC.AllocateArray<sbyte>(codeLength, pinned: true);
        Code = (sbyte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(codes));
    }

    public int CodeLength { get; }

    public sbyte* Code { get; }

    /// <summary>The query vector divided by its length.</summary>
    public ReadOnlySpan<float> Unit => unit;

    /// <summary>Sets the query to a vector.</summary>
    public void Set(ReadOnlySpan<float> vector)
    {
        VectorRows.Normalize(vector, unit);
        header = VectorRows.Encode(unit, codes);
        offset = 128 * header.Sum;
    }

    /// <summary>
    /// Sets the query to a row, by its codes alone; exact bounds and <see cref="Unit"/> are then invalid.
    /// </summary>
    public void SetCode(VectorRows rows, int row)
    {
        byte* code = rows.Code(row);
        for (int i = 0; i < CodeLength; i += Vector256<byte>.Count)
        {
            (Vector256.Load(code + i) ^ Vector256.Create((byte)128)).AsSByte().Store(Code + i);
        }

        header = *rows.Header(code);
        offset = 128 * header.Sum;
    }

    /// <summary>Returns the similarity of a row by its codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Similarity<TProduct>(VectorRows rows, byte* code)
        where TProduct : struct, IInt8Dot
        => (TProduct.Compute(code, Code, CodeLength) - offset) * (rows.Header(code)->Scale * header.Scale);

    /// <summary>Returns the maximum error of the similarity by codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Error(VectorRows rows, byte* code)
    {
        float radius = rows.Header(code)->Radius;
        return ((1 + radius) * header.Radius) + (radius * (1 + header.Radius)) + slack;
    }
}
