namespace SimClr.Augmentation;

/// <summary>
/// <see cref="GaussianBlur"/> row by row: each row is blurred horizontally at once, in place, and vertically as soon as
/// the rows below it are ready, so that the active rows stay in the cache.
/// </summary>
internal readonly unsafe ref struct FusedBlur<T>
    where T : struct, ILanes<T>
{
    // Weights so small that all of them together do not change a float in [0, 1] are dropped.
    private const float Negligible = 1f / (1 << 26);

    private readonly int size;
    private readonly int stride;
    private readonly int paddedStride;
    private readonly int taps;
    private readonly float* weights;
    private readonly float* padded;

    /// <param name="size">Rows, and pixels per row.</param>
    /// <param name="stride">Floats of one channel of a row, padding included.</param>
    /// <param name="kernel">Width of the kernel, odd, less than twice the size except for a single pixel.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="memory">At least <see cref="Floats"/> floats.</param>
    public FusedBlur(int size, int stride, int kernel, float sigma, float* memory)
    {
        this.size = size;
        this.stride = stride;
        paddedStride = Padded(stride, kernel);
        padded = memory;
        weights = memory + (3 * paddedStride);
        Span<float> all = stackalloc float[kernel];
        GaussianBlur.Weights(sigma, all);
        Radius = kernel / 2;
        while (Radius > 0 && all[(kernel / 2) - Radius] < Negligible)
        {
            Radius--;
        }

        taps = (2 * Radius) + 1;
        all.Slice((kernel / 2) - Radius, taps).CopyTo(new Span<float>(weights, taps));
    }

    /// <summary>The number of neighboring rows needed on each side of a row.</summary>
    public int Radius { get; }

    public static int Floats(int stride, int kernel) => (3 * Padded(stride, kernel)) + Lanes.RoundUp(kernel);

    /// <summary>Blurs the three channels of a row horizontally, in place.</summary>
    public void Across(float* row)
    {
        Pad(row);
        (int reach, int plane, int step) = (taps, paddedStride, stride);
        float* weight = weights;
        for (int x = 0; x < step; x += T.Count)
        {
            float* from = padded + x;
            T red = default, green = default, blue = default;
            for (int k = 0; k < reach; k++)
            {
                T w = T.Broadcast(weight[k]);
                red = T.MultiplyAdd(T.Load(from + k), w, red);
                green = T.MultiplyAdd(T.Load(from + plane + k), w, green);
                blue = T.MultiplyAdd(T.Load(from + (2 * plane) + k), w, blue);
            }

            red.Store(row + x);
            green.Store(row + step + x);
            blue.Store(row + (2 * step) + x);
        }
    }

    /// <summary>Blurs vertically.</summary>
    /// <param name="rows">All rows; those around <paramref name="y"/> are already blurred horizontally.</param>
    /// <param name="y">The index of the row to compute.</param>
    /// <param name="row">Receives the row.</param>
    public void Down(float* rows, int y, float* row)
    {
        (int reach, int step) = (taps, stride);
        float* weight = weights;
        float** sources = stackalloc float*[reach];
        for (int k = 0; k < reach; k++)
        {
            sources[k] = rows + (3 * step * Mirror(y + k - Radius));
        }

        for (int x = 0; x < step; x += T.Count)
        {
            T red = default, green = default, blue = default;
            for (int k = 0; k < reach; k++)
            {
                T w = T.Broadcast(weight[k]);
                float* from = sources[k] + x;
                red = T.MultiplyAdd(T.Load(from), w, red);
                green = T.MultiplyAdd(T.Load(from + step), w, green);
                blue = T.MultiplyAdd(T.Load(from + (2 * step)), w, blue);
            }

            red.Store(row + x);
            green.Store(row + step + x);
            blue.Store(row + (2 * step) + x);
        }
    }

    private static int Padded(int stride, int kernel) => Lanes.RoundUp(stride + kernel);

    /// <summary>Copies a row and mirrors its pixels at both ends.</summary>
    private void Pad(float* row)
    {
        for (float* to = padded; to < weights; to += paddedStride, row += stride)
        {
            new Span<float>(row, size).CopyTo(new Span<float>(to + Radius, size));
            for (int i = 1; i <= Radius; i++)
            {
                to[Radius - i] = row[Mirror(-i)];
                to[Radius + size - 1 + i] = row[Mirror(size - 1 + i)];
            }
        }
    }

    // Reflects at most once; the mirror image of a single pixel is that pixel.
    private int Mirror(int i) => Math.Clamp(i < 0 ? -i : i < size ? i : (2 * (size - 1)) - i, 0, size - 1);
}
