using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <summary>
/// AVX2: codes widened to 16 bits. (The instruction for bytes saturates, so its result would not be exact.)
/// </summary>
internal readonly unsafe struct Avx2Dot : IInt8Dot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* stored, sbyte* query, int length)
    {
        Vector256<int> one = default;
        Vector256<int> other = default;
        for (int i = 0; i < length; i += 32)
        {
            one += Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(stored + i), Avx2.ConvertToVector256Int16(query + i));
            other += Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(stored + i + 16), Avx2.ConvertToVector256Int16(query + i + 16));
        }

        return Vector256.Sum(one + other);
    }
}
