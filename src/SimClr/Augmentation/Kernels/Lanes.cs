using System.Runtime.CompilerServices;

namespace SimClr.Augmentation;

/// <summary>Functions shared by all vector widths.</summary>
internal static class Lanes
{
    /// <summary>Floats in the widest vector; rows of pixels are padded to a multiple of it.</summary>
    public const int MaxCount = 16;

    public static int RoundUp(int count) => (count + MaxCount - 1) & -MaxCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ToUnit<T>(T value)
        where T : struct, ILanes<T>
        => T.Min(T.Max(value, T.Broadcast(0)), T.Broadcast(1));

    /// <summary>Computes the ITU-R 601 luma, as <see cref="Grayscale"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Luma<T>(T red, T green, T blue)
        where T : struct, ILanes<T>
        => T.MultiplyAdd(
            blue, T.Broadcast(0.114f), T.MultiplyAdd(green, T.Broadcast(0.587f), red * T.Broadcast(0.2989f)));
}
