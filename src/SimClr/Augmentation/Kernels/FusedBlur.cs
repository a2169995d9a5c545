namespace SimClr.Augmentation;

/// <summary>
/// <see cref="GaussianBlur"/> as rows come along: each is blurred across at once, and as soon as the rows below are
/// there, down its columns. Only as many rows as the kernel has are kept.
/// </summary>
internal unsafe ref struct FusedBlur<T>
    where T : struct, ILanes<T>
{
    // Weights so small that all of them together do not change a float in [0, 1] are left out.
    private const float Negligible = 1f / (1 << 26);

    private readonly int size;
    private readonly int stride;
    private readonly int radius;
    private readonly int taps;
    private readonly float* weights;
    private readonly float* padded;
    private readonly float* ring;
    private int taken;

    /// <param name="size">Rows, and pixels of a row.</param>
    /// <param name="stride">Floats of one channel of a row, padding included.</param>
    /// <param name="kernel">Width of the kernel, odd.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="memory">At least <see cref="Floats"/> floats.</param>
    public FusedBlur(int size, int stride, int kernel, float sigma, float* memory)
    {
        this.size = size;
        this.stride = stride;
        Span<float> all = stackalloc float[kernel];
        GaussianBlur.Weights(sigma, all);
        int left = 0;
        while (left < kernel / 2 && all[left] < Negligible)
        {
            left++;
        }

        radius = (kernel / 2) - left;
        taps = (2 * radius) + 1;
        ring = memory;
        padded = ring + (3 * stride * kernel);
        weights = padded + Lanes.RoundUp(stride + kernel);
        all.Slice(left, taps).CopyTo(new Span<float>(weights, taps));
    }

    public static int Floats(int stride, int kernel)
        => (3 * stride * kernel) + Lanes.RoundUp(stride + kernel) + Lanes.RoundUp(kernel);

    /// <summary>How many blurred rows can be asked for so far.</summary>
    public readonly int Ready => taken == size ? size : Math.Max(0, taken - radius);

    /// <summary>Takes the next row: red, green and blue.</summary>
    public void Take(float* row)
    {
        float* to = ring + (taken % taps * 3 * stride);
        for (int channel = 0; channel < 3; channel++, row += stride, to += stride)
        {
            new Span<float>(row, size).CopyTo(new Span<float>(padded + radius, size));
            for (int i = 1; i <= radius; i++)
            {
                padded[radius - i] = row[GaussianBlur.Reflect(-i, size)];
                padded[radius + size - 1 + i] = row[GaussianBlur.Reflect(size - 1 + i, size)];
            }

            for (int x = 0; x < stride; x += T.Count)
            {
                float* from = padded + x;
                T sum = T.Load(from) * T.Of(weights[0]);
                for (int k = 1; k < taps; k++)
                {
                    sum = T.MultiplyAdd(T.Load(from + k), T.Of(weights[k]), sum);
                }

                sum.Store(to + x);
            }
        }

        taken++;
    }

    /// <summary>Writes a blurred row, one of the last that are <see cref="Ready"/>.</summary>
    public readonly void Give(int y, float* row)
    {
        float** rows = stackalloc float*[taps];
        for (int k = 0; k < taps; k++)
        {
            rows[k] = ring + (GaussianBlur.Reflect(y + k - radius, size) % taps * 3 * stride);
        }

        for (int x = 0; x < 3 * stride; x += T.Count)
        {
            T sum = T.Load(rows[0] + x) * T.Of(weights[0]);
            for (int k = 1; k < taps; k++)
            {
                sum = T.MultiplyAdd(T.Load(rows[k] + x), T.Of(weights[k]), sum);
            }

            sum.Store(row + x);
        }
    }
}
