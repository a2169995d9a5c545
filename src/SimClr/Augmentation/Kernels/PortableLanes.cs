using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SimClr.Augmentation;

/// <summary>Four floats, a width that every processor supported by .NET has, including Arm.</summary>
internal readonly unsafe struct PortableLanes(Vector128<float> value) : ILanes<PortableLanes>
{
    private readonly Vector128<float> value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes LoadBytes(byte* source)
        => new(Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(
            Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(source)).AsByte())).AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes operator +(PortableLanes a, PortableLanes b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes operator -(PortableLanes a, PortableLanes b) => new(a.value - b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes operator *(PortableLanes a, PortableLanes b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes operator /(PortableLanes a, PortableLanes b) => new(a.value / b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes MultiplyAdd(PortableLanes a, PortableLanes b, PortableLanes c)
        => new(Vector128.MultiplyAddEstimate(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Min(PortableLanes a, PortableLanes b) => new(Vector128.MinNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Max(PortableLanes a, PortableLanes b) => new(Vector128.MaxNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Floor(PortableLanes a) => new(Vector128.Floor(a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Equal(PortableLanes a, PortableLanes b) => new(Vector128.Equals(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Select(PortableLanes mask, PortableLanes then, PortableLanes otherwise)
        => new(Vector128.ConditionalSelect(mask.value, then.value, otherwise.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortableLanes Permute(PortableLanes a, PortableLanes index)
        => new(Vector128.ShuffleNative(a.value, index.value.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBFloat16(ushort* destination)
    {
        Vector128<uint> bits = value.AsUInt32();
        bits += Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One);
        Vector128<byte> upper = Vector128.Shuffle(
            bits.AsByte(), Vector128.Create((byte)2, 3, 6, 7, 10, 11, 14, 15, 2, 3, 6, 7, 10, 11, 14, 15));
        Unsafe.WriteUnaligned(destination, upper.AsUInt64().ToScalar());
    }
}
