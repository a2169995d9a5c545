using System.Runtime.CompilerServices;

namespace SimClr.Augmentation;

/// <summary>What all widths have in common.</summary>
internal static class Lanes
{
    /// <summary>Floats in the longest row of lanes; rows of pixels are padded to a multiple of it.</summary>
    public const int Most = 16;

    public static int RoundUp(int count) => (count + Most - 1) & -Most;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ToUnit<T>(T value)
        where T : struct, ILanes<T>
        => T.Min(T.Max(value, T.Of(0)), T.Of(1));

    /// <summary>ITU-R 601 luma, as <see cref="Grayscale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Luma<T>(T red, T green, T blue)
        where T : struct, ILanes<T>
        => T.MultiplyAdd(blue, T.Of(0.114f), T.MultiplyAdd(green, T.Of(0.587f), red * T.Of(0.2989f)));
}
