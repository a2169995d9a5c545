namespace SimClr.Augmentation;

/// <summary>The source pixels and weights of each pixel along one axis of a resized image.</summary>
internal sealed class ResampleTaps
{
    private int[] starts = [];
    private float[] weights = [];

    /// <summary>Pixels of the result.</summary>
    public int Count { get; private set; }

    /// <summary>Source pixels per result pixel. If a result pixel needs fewer, the remaining weights are 0.</summary>
    public int Taps { get; private set; }

    /// <summary>First source pixel that any result pixel uses.</summary>
    public int First { get; private set; }

    /// <summary>One past the last source pixel that any result pixel uses.</summary>
    public int End { get; private set; }

    /// <summary>For each pixel of the result, the first source pixel it uses.</summary>
    public ReadOnlySpan<int> Starts => starts.AsSpan(0, Count);

    /// <summary>For each pixel of the result, <see cref="Taps"/> weights.</summary>
    public ReadOnlySpan<float> Weights => weights.AsSpan(0, Count * Taps);

    /// <summary>Takes a table that was computed elsewhere.</summary>
    /// <param name="source">Pixels along the source.</param>
    /// <param name="taps">Source pixels per result pixel, at most <paramref name="source"/>.</param>
    /// <param name="starts">For each pixel of the result, the first source pixel it uses.</param>
    /// <param name="weights">For each pixel of the result, <paramref name="taps"/> weights.</param>
    public static ResampleTaps From(int source, int taps, int[] starts, float[] weights)
    {
        var table = new ResampleTaps { starts = starts, weights = weights, Count = starts.Length, Taps = taps };
        table.Bound(source);
        return table;
    }

    /// <summary>Computes the table, reusing the memory of the previous one.</summary>
    /// <param name="source">Pixels along the source.</param>
    /// <param name="target">
    /// Pixels along the result; may exceed the maximum array length if a long image is fitted by its short side.
    /// </param>
    /// <param name="first">First pixel of the result to compute.</param>
    /// <param name="count">The number of result pixels to compute.</param>
    /// <param name="bicubic">Whether interpolation is bicubic; bilinear otherwise.</param>
    /// <param name="antialias">Whether the filter widens when shrinking.</param>
    /// <returns>This instance.</returns>
    public ResampleTaps Fill(int source, long target, long first, int count, bool bicubic, bool antialias)
    {
        double scale = (double)source / target;
        double widen = antialias ? Math.Max(scale, 1) : 1;
        double support = (bicubic ? 2 : 1) * widen;

        // torchvision's bicubic kernels: a = −0.5 with antialiasing (as in PIL), −0.75 without.
        double a = antialias ? -0.5 : -0.75;
        Count = count;
        Place(source, scale, support, first);
        if (weights.Length < count * Taps)
        {
            weights = new float[count * Taps];
        }

        for (int i = 0; i < count; i++)
        {
            double center = scale * (first + i + 0.5);
            (int low, int high) = Reach(center, support);
            Span<float> row = weights.AsSpan(i * Taps, Taps);
            row.Clear();
            for (int j = low; j < high; j++)
            {
                double x = (j - center + 0.5) / widen;
                float weight = (float)(bicubic ? Cubic(x, a) : Math.Max(0, 1 - Math.Abs(x)));
                if (!antialias)
                {
                    // Outside the image the border pixel repeats.
                    row[Math.Clamp(j, 0, source - 1) - starts[i]] += weight;
                }
                else if (j >= 0 && j < source)
                {
                    row[j - starts[i]] = weight;
                }
            }

            Normalize(row);
        }

        return this;
    }

    private static (int Low, int High) Reach(double center, double support)
        => ((int)Math.Floor(center - support + 0.5), (int)Math.Floor(center + support + 0.5));

    // The start of each pixel's taps. All pixels use the maximum number of taps, shifted to stay within the source.
    private void Place(int source, double scale, double support, long first)
    {
        if (starts.Length < Count)
        {
            starts = new int[Count];
        }

        Taps = 1;
        for (int i = 0; i < Count; i++)
        {
            (int low, int high) = Reach(scale * (first + i + 0.5), support);
            starts[i] = Math.Clamp(low, 0, source - 1);
            Taps = Math.Max(Taps, Math.Min(high, source) - starts[i]);
        }

        Bound(source);
    }

    private void Bound(int source)
    {
        First = source;
        End = 0;
        foreach (ref int start in starts.AsSpan(0, Count))
        {
            start = Math.Min(start, source - Taps);
            First = Math.Min(First, start);
            End = Math.Max(End, start + Taps);
        }
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
    internal static double Cubic(double x, double a)
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
