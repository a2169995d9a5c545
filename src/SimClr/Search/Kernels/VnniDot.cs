using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <summary>
/// AVX-VNNI: four products of bytes and their sum in one instruction per 32 bits, without saturation.
/// </summary>
internal readonly unsafe struct VnniDot : IInt8Dot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(byte* stored, sbyte* query, int length)
    {
        Vector256<int> one = default;
        Vector256<int> other = default;
        int i = 0;
        for (; i + 64 <= length; i += 64)
        {
            one = AvxVnni.MultiplyWideningAndAdd(one, Vector256.Load(stored + i), Vector256.Load(query + i));
            other = AvxVnni.MultiplyWideningAndAdd(
                other, Vector256.Load(stored + i + 32), Vector256.Load(query + i + 32));
        }

        if (i < length)
        {
            one = AvxVnni.MultiplyWideningAndAdd(one, Vector256.Load(stored + i), Vector256.Load(query + i));
        }

        return Vector256.Sum(one + other);
    }
}
