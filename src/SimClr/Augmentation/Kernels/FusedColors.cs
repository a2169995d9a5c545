using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SimClr.Augmentation;

/// <summary>Color operations of a view, all applied while a pixel is in registers.</summary>
internal static unsafe class FusedColors<T>
    where T : struct, ILanes<T>
{
    /// <summary>
    /// Scales a row from 0 … 255 to [0, 1], applies the operations before the contrast, and sums the luma.
    /// </summary>
    /// <param name="row">
    /// Red, green and blue, <paramref name="stride"/> floats each; padding is zero and stays zero.
    /// </param>
    /// <param name="stride">A multiple of <see cref="Lanes.MaxCount"/>.</param>
    /// <param name="steps">The operations to apply.</param>
    /// <returns>The sum of the luma over the row, with the same bits for every vector width.</returns>
    public static double Start(float* row, int stride, ReadOnlySpan<ColorStep> steps)
    {
        float* sums = stackalloc float[Lanes.MaxCount];
        new Span<float>(sums, Lanes.MaxCount).Clear();
        for (int x = 0; x < stride; x += T.Count)
        {
            T red = Lanes.ToUnit(T.Load(row + x) * T.Broadcast(1 / 255f));
            T green = Lanes.ToUnit(T.Load(row + stride + x) * T.Broadcast(1 / 255f));
            T blue = Lanes.ToUnit(T.Load(row + (2 * stride) + x) * T.Broadcast(1 / 255f));
            foreach (ref readonly ColorStep step in steps)
            {
                Apply(step, ref red, ref green, ref blue);
            }

            red.Store(row + x);
            green.Store(row + stride + x);
            blue.Store(row + (2 * stride) + x);
            float* sum = sums + (x % Lanes.MaxCount);
            (T.Load(sum) + Lanes.Luma(red, green, blue)).Store(sum);
        }

        return Vector128.Sum(
            (Vector128.Load(sums) + Vector128.Load(sums + 4)) + (Vector128.Load(sums + 8) + Vector128.Load(sums + 12)));
    }

    /// <summary>Applies operations to a row in [0, 1].</summary>
    public static void ApplySteps(float* row, int stride, ReadOnlySpan<ColorStep> steps)
    {
        for (int x = 0; x < stride; x += T.Count)
        {
            T red = T.Load(row + x);
            T green = T.Load(row + stride + x);
            T blue = T.Load(row + (2 * stride) + x);
            foreach (ref readonly ColorStep step in steps)
            {
                Apply(step, ref red, ref green, ref blue);
            }

            red.Store(row + x);
            green.Store(row + stride + x);
            blue.Store(row + (2 * stride) + x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Apply(in ColorStep step, ref T red, ref T green, ref T blue)
    {
        T amount = T.Broadcast(step.Amount);
        switch (step.Operation)
        {
            case ColorOperation.Brightness:
                (red, green, blue) =
                    (Lanes.ToUnit(red * amount), Lanes.ToUnit(green * amount), Lanes.ToUnit(blue * amount));
                break;
            case ColorOperation.Contrast:
                MoveTo(T.Broadcast(step.Offset), amount, ref red, ref green, ref blue);
                break;
            case ColorOperation.Saturation:
                MoveTo(
                    Lanes.Luma(red, green, blue) * T.Broadcast(1 - step.Amount), amount, ref red, ref green, ref blue);
                break;
            case ColorOperation.Hue:
                Turn(amount, ref red, ref green, ref blue);
                break;
            default:
                red = green = blue = Lanes.Luma(red, green, blue);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveTo(T offset, T factor, ref T red, ref T green, ref T blue)
    {
        red = Lanes.ToUnit(T.MultiplyAdd(red, factor, offset));
        green = Lanes.ToUnit(T.MultiplyAdd(green, factor, offset));
        blue = Lanes.ToUnit(T.MultiplyAdd(blue, factor, offset));
    }

    /// <summary>
    /// Rotates the hue as <see cref="Hue"/> does, without a branch: if the chroma is 0, the hue is arbitrary and has no
    /// effect.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(T shift, ref T red, ref T green, ref T blue)
    {
        T one = T.Broadcast(1);
        T value = T.Max(red, T.Max(green, blue));
        T chroma = value - T.Min(red, T.Min(green, blue));
        T isRed = T.Equal(value, red);
        T isGreen = T.Equal(value, green);
        T difference = T.Select(isRed, green - blue, T.Select(isGreen, blue - red, red - green));
        T start = T.Select(isRed, T.Broadcast(0), T.Select(isGreen, T.Broadcast(2), T.Broadcast(4)));
        T sector = start + (difference / T.Select(T.Equal(chroma, T.Broadcast(0)), one, chroma));
        T hue = T.MultiplyAdd(sector, T.Broadcast(1 / 6f), shift);
        hue = (hue - T.Floor(hue)) * T.Broadcast(6);

        // The distance of each channel from the value: red equals it at hues around 0, green around 2, blue around 4.
        red = value - (chroma * Lanes.ToUnit(T.Broadcast(2) - Distance(hue, 3)));
        green = value - (chroma * Lanes.ToUnit(Distance(hue, 2) - one));
        blue = value - (chroma * Lanes.ToUnit(Distance(hue, 4) - one));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Distance(T hue, float from) => T.Max(hue - T.Broadcast(from), T.Broadcast(from) - hue);
}
