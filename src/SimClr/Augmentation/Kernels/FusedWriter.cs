using System.Runtime.CompilerServices;

namespace SimClr.Augmentation;

/// <summary>
/// Writes rows in their final form: clamped to [0, 1], normalized, with the channels interleaved.
/// </summary>
internal static unsafe class FusedWriter<T>
    where T : struct, ILanes<T>
{
    // One vector of each channel becomes three vectors of interleaved pixels. For each of these: the pixel that a lane
    // belongs to, and whether the lane is red or green.
    private static readonly T Pixel0 = Bits(i => i / 3);
    private static readonly T Pixel1 = Bits(i => (T.Count + i) / 3);
    private static readonly T Pixel2 = Bits(i => ((2 * T.Count) + i) / 3);
    private static readonly T Red0 = Bits(i => i % 3 == 0 ? -1 : 0);
    private static readonly T Red1 = Bits(i => (T.Count + i) % 3 == 0 ? -1 : 0);
    private static readonly T Red2 = Bits(i => ((2 * T.Count) + i) % 3 == 0 ? -1 : 0);
    private static readonly T Green0 = Bits(i => i % 3 == 1 ? -1 : 0);
    private static readonly T Green1 = Bits(i => (T.Count + i) % 3 == 1 ? -1 : 0);
    private static readonly T Green2 = Bits(i => ((2 * T.Count) + i) % 3 == 1 ? -1 : 0);

    /// <param name="row">Red, green and blue, <paramref name="stride"/> floats each.</param>
    /// <param name="stride">A multiple of <see cref="Lanes.MaxCount"/>.</param>
    /// <param name="writer">The mean and scale of each channel.</param>
    /// <param name="pixels">Receives 3 · <paramref name="stride"/> floats.</param>
    public static void Interleave(float* row, int stride, PixelWriter writer, float* pixels)
    {
        T redMean = T.Broadcast(
            writer.Mean(0)), greenMean = T.Broadcast(writer.Mean(1)), blueMean = T.Broadcast(writer.Mean(2));
        T redScale = T.Broadcast(
            writer.Scale(0)), greenScale = T.Broadcast(writer.Scale(1)), blueScale = T.Broadcast(writer.Scale(2));
        for (int x = 0; x < stride; x += T.Count)
        {
            T red = (Lanes.ToUnit(T.Load(row + x)) - redMean) * redScale;
            T green = (Lanes.ToUnit(T.Load(row + stride + x)) - greenMean) * greenScale;
            T blue = (Lanes.ToUnit(T.Load(row + (2 * stride) + x)) - blueMean) * blueScale;
            Mix(red, green, blue, Pixel0, Red0, Green0).Store(pixels + (3 * x));
            Mix(red, green, blue, Pixel1, Red1, Green1).Store(pixels + (3 * x) + T.Count);
            Mix(red, green, blue, Pixel2, Red2, Green2).Store(pixels + (3 * x) + (2 * T.Count));
        }
    }

    /// <summary>Rounds to bfloat16 in place; the results occupy the first half of the memory.</summary>
    /// <param name="pixels">The floats.</param>
    /// <param name="count">The number of floats, a multiple of <see cref="Lanes.MaxCount"/>.</param>
    public static void Halve(float* pixels, int count)
    {
        for (int i = 0; i < count; i += T.Count)
        {
            T.Load(pixels + i).StoreBFloat16((ushort*)pixels + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Mix(T red, T green, T blue, T pixel, T isRed, T isGreen) => T.Select(
        isRed, T.Permute(red, pixel), T.Select(isGreen, T.Permute(green, pixel), T.Permute(blue, pixel)));

    private static T Bits(Func<int, int> bits)
    {
        int* lanes = stackalloc int[T.Count];
        for (int i = 0; i < T.Count; i++)
        {
            lanes[i] = bits(i);
        }

        return T.Load((float*)lanes);
    }
}
