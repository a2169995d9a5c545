using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SimClr.Augmentation;

/// <summary>
/// Crop, resize and flip of one row of a view, directly from the decoded bytes: first vertically, over contiguous
/// bytes, into one row that stays in the L1 cache, then horizontally, with the channels of a pixel next to each other.
/// </summary>
internal static unsafe class FusedResize<T>
    where T : struct, ILanes<T>
{
    /// <summary>Computes a weighted sum of rows of bytes.</summary>
    /// <param name="source">The first byte of the first row.</param>
    /// <param name="rowBytes">The distance from one row to the next.</param>
    /// <param name="weights">One weight per row.</param>
    /// <param name="taps">The number of rows.</param>
    /// <param name="count">The number of bytes to use from each row.</param>
    /// <param name="sums">Receives <paramref name="count"/> floats, 0 … 255 (slightly beyond with bicubic).</param>
    public static void Down(byte* source, nint rowBytes, float* weights, int taps, int count, float* sums)
    {
        for (int x = 0; count >= T.Count && x < count; x += T.Count)
        {
            // The last vector overlaps the one before it, so that nothing is read beyond the row.
            x = Math.Min(x, count - T.Count);
            byte* from = source + x;
            T sum = T.LoadBytes(from) * T.Broadcast(weights[0]);
            for (int k = 1; k < taps; k++)
            {
                from += rowBytes;
                sum = T.MultiplyAdd(T.LoadBytes(from), T.Broadcast(weights[k]), sum);
            }

            sum.Store(sums + x);
        }

        for (int x = 0; count < T.Count && x < count; x++)
        {
            float sum = source[x] * weights[0];
            for (int k = 1; k < taps; k++)
            {
                sum = float.MultiplyAddEstimate(source[x + (k * rowBytes)], weights[k], sum);
            }

            sums[x] = sum;
        }
    }

    /// <summary>Computes weighted sums of pixels along a row.</summary>
    /// <param name="source">The row: three floats per pixel, and one float of any value after the last pixel.</param>
    /// <param name="starts">For each pixel of the result, the first source pixel it uses.</param>
    /// <param name="weights">For each pixel of the result, <paramref name="taps"/> weights.</param>
    /// <param name="taps">Source pixels per pixel of the result.</param>
    /// <param name="size">Pixels of the result.</param>
    /// <param name="flip">Whether the result is mirrored.</param>
    /// <param name="row">
    /// Receives red, green and blue, <paramref name="stride"/> floats each, padded with zeros.
    /// </param>
    /// <param name="stride">A multiple of <see cref="Lanes.MaxCount"/>.</param>
    public static void Across(
        float* source, int* starts, float* weights, int taps, int size, bool flip, float* row, int stride)
    {
        int last = size - 1;
        for (int x = 0; x < size; x += 4)
        {
            // Four pixels at a time hide latency. Beyond the end, the last pixel is computed again and written into the
            // padding.
            int first = flip ? last - x : x;
            int second = Math.Min(x + 1, last);
            int third = Math.Min(x + 2, last);
            int fourth = Math.Min(x + 3, last);
            (second, third, fourth) = flip ? (last - second, last - third, last - fourth) : (second, third, fourth);
            float* s0 = source + (3 * starts[first]);
            float* s1 = source + (3 * starts[second]);
            float* s2 = source + (3 * starts[third]);
            float* s3 = source + (3 * starts[fourth]);
            float* w0 = weights + (taps * first);
            float* w1 = weights + (taps * second);
            float* w2 = weights + (taps * third);
            float* w3 = weights + (taps * fourth);
            Vector128<float> a = default, b = default, c = default, d = default;
            for (int k = 0; k < taps; k++)
            {
                a = Vector128.MultiplyAddEstimate(Vector128.Load(s0 + (3 * k)), Vector128.Create(w0[k]), a);
                b = Vector128.MultiplyAddEstimate(Vector128.Load(s1 + (3 * k)), Vector128.Create(w1[k]), b);
                c = Vector128.MultiplyAddEstimate(Vector128.Load(s2 + (3 * k)), Vector128.Create(w2[k]), c);
                d = Vector128.MultiplyAddEstimate(Vector128.Load(s3 + (3 * k)), Vector128.Create(w3[k]), d);
            }

            Put(a, row + x, stride);
            Put(b, row + x + 1, stride);
            Put(c, row + x + 2, stride);
            Put(d, row + x + 3, stride);
        }

        for (int channel = 0; channel < 3; channel++)
        {
            new Span<float>(row + (channel * stride) + size, stride - size).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector128<float> pixel, float* row, int stride)
    {
        row[0] = pixel[0];
        row[stride] = pixel[1];
        row[2 * stride] = pixel[2];
    }
}
