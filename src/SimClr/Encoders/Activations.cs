using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SimClr.Encoders;

/// <summary>How sixteen activations are read and written, in the precision that they are kept in.</summary>
/// <typeparam name="T">What one of them is stored as.</typeparam>
internal interface IActivation<T>
    where T : unmanaged
{
    static abstract unsafe Vector512<float> Load(T* source);

    static abstract unsafe void Store(Vector512<float> values, T* target);
}

/// <summary>float32.</summary>
internal readonly struct SingleActivation : IActivation<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector512<float> values, float* target) => values.Store(target);
}

/// <summary>bfloat16: the upper half of a float32, rounded to nearest even.</summary>
internal readonly struct BFloat16Activation : IActivation<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Load(ushort* source)
    {
        Vector256<ushort> half = Vector256.Load(source);
        Vector512<uint> bits = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(half)
            : Vector512.Create(Vector256.WidenLower(half), Vector256.WidenUpper(half));
        return (bits << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector512<float> values, ushort* target)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512.Create(1u))) >> 16;
        Vector256<ushort> half = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(rounded)
            : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        half.Store(target);
    }
}
