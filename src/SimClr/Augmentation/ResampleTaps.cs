namespace SimClr.Augmentation;

/// <summary>Which source pixels, with which weights, make each pixel along one axis of a resized image.</summary>
internal readonly struct ResampleTaps
{
    private readonly int[] starts;
    private readonly int[] lengths;
    private readonly float[] weights;
    private readonly int stride;

    /// <param name="source">Pixels along the source.</param>
    /// <param name="target">Pixels along the result; more than an array holds where a long image is fitted by its short side.</param>
    /// <param name="first">First pixel of the result that is wanted.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="bicubic">Bicubic or bilinear.</param>
    /// <param name="antialias">Whether the filter widens when shrinking.</param>
    public ResampleTaps(int source, long target, long first, int count, bool bicubic, bool antialias)
    {
        double scale = (double)source / target;
        double widen = antialias ? Math.Max(scale, 1) : 1;
        double support = (bicubic ? 2 : 1) * widen;

        // torchvision's bicubic kernels: a = −0.5 with antialiasing (as PIL), −0.75 without.
        double a = antialias ? -0.5 : -0.75;
        stride = (int)Math.Ceiling(2 * support) + 2;
        Count = count;
        starts = new int[count];
        lengths = new int[count];
        weights = new float[count * stride];
        for (int i = 0; i < count; i++)
        {
            double center = scale * (first + i + 0.5);
            int low = (int)Math.Floor(center - support + 0.5);
            int high = (int)Math.Floor(center + support + 0.5);
            starts[i] = Math.Clamp(low, 0, source - 1);
            lengths[i] = Math.Clamp(high, starts[i] + 1, source) - starts[i];
            Span<float> row = weights.AsSpan(i * stride, lengths[i]);
            for (int j = low; j < high; j++)
            {
                double x = (j - center + 0.5) / widen;
                float weight = (float)(bicubic ? Cubic(x, a) : Math.Max(0, 1 - Math.Abs(x)));
                if (!antialias)
                {
                    // Outside the image the border pixel repeats.
                    row[Math.Clamp(j - starts[i], 0, row.Length - 1)] += weight;
                }
                else if (j >= 0 && j < source)
                {
                    row[j - starts[i]] = weight;
                }
            }

            Normalize(row);
        }

        First = starts.Min();
        End = starts.Zip(lengths, (start, length) => start + length).Max();
    }

    /// <summary>Pixels of the result.</summary>
    public int Count { get; }

    /// <summary>First source pixel that any result pixel looks at.</summary>
    public int First { get; }

    /// <summary>One past the last.</summary>
    public int End { get; }

    public ReadOnlySpan<float> Weights(int i, out int start)
    {
        start = starts[i];
        return weights.AsSpan(i * stride, lengths[i]);
    }

    private static void Normalize(Span<float> row)
    {
        float sum = 0;
        foreach (float weight in row)
        {
            sum += weight;
        }

        for (int k = 0; k < row.Length; k++)
        {
            row[k] = sum == 0 ? 1f / row.Length : row[k] / sum;
        }
    }

    // Keys 1981.
    private static double Cubic(double x, double a)
    {
        x = Math.Abs(x);
        return x switch
        {
            < 1 => (((((a + 2) * x) - (a + 3)) * x) * x) + 1,
            < 2 => (((((x - 5) * x) + 8) * x) - 4) * a,
            _ => 0,
        };
    }
}
