using System.Runtime.Intrinsics;
using SimClr.Internals;

namespace SimClr.Encoders;

/// <summary>
/// Batch norm, shortcut and ReLU over activations that lie pixel by pixel, channels innermost: each pass over memory does
/// all that can be done in it. Rows are worked on in blocks whose size does not depend on the number of threads, and
/// blocks are added up in order, so that neither do the results.
/// </summary>
/// <typeparam name="T">What an activation is stored as.</typeparam>
/// <typeparam name="TIo">How it is read and written.</typeparam>
internal static unsafe class BatchNormKernels<T, TIo>
    where T : unmanaged
    where TIo : IActivation<T>
{
    private const int Lanes = 16;

    // 32 KB of float32: a second look at a block finds it in the first-level cache.
    private const int BlockSize = 8192;

    /// <summary>Mean and biased variance of each channel.</summary>
    /// <param name="x">rows · channels activations.</param>
    /// <param name="rows">Pixels of all images.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="threads">Threads to use.</param>
    public static (double[] Mean, double[] Variance) Statistics(T* x, long rows, int channels, int threads)
    {
        Blocks blocks = new(rows, channels);
        float[] partial = new float[2L * blocks.Count * channels];
        fixed (float* pinned = partial)
        {
            float* sums = pinned;
            ComputeThreads.For(blocks.Count, threads, block =>
            {
                (long first, int count) = blocks.Rows(block);
                for (int c = 0; c < channels; c += Lanes)
                {
                    T* start = x + (first * channels) + c;
                    Vector512<float> mean = Sum(start, count, channels) / Vector512.Create((float)count);
                    Vector512<float> squares = SquaredDistances(start, count, channels, mean);
                    mean.Store(sums + (2L * block * channels) + c);
                    squares.Store(sums + (((2L * block) + 1) * channels) + c);
                }
            });
        }

        return Combine(partial, blocks, channels);
    }

    /// <summary>y = scale · x + shift, plus the shortcut, then ReLU, as far as they are there.</summary>
    /// <param name="x">rows · channels activations.</param>
    /// <param name="shortcut">As many, or null.</param>
    /// <param name="y">Takes the result.</param>
    /// <param name="positive">With ReLU: one bit per activation, whether it passed; otherwise null.</param>
    /// <param name="scale">Per channel.</param>
    /// <param name="shift">Per channel.</param>
    /// <param name="rows">Pixels of all images.</param>
    /// <param name="threads">Threads to use.</param>
    public static void Normalize(
        T* x, T* shortcut, T* y, ushort* positive, float[] scale, float[] shift, long rows, int threads)
    {
        int channels = scale.Length;
        Blocks blocks = new(rows, channels);
        fixed (float* pinnedScale = scale, pinnedShift = shift)
        {
            float* scales = pinnedScale;
            float* shifts = pinnedShift;
            ComputeThreads.For(blocks.Count, threads, block =>
            {
                (long first, int count) = blocks.Rows(block);
                long at = first * channels;
                for (int row = 0; row < count; row++)
                {
                    for (int c = 0; c < channels; c += Lanes, at += Lanes)
                    {
                        Vector512<float> value = Vector512.FusedMultiplyAdd(
                            TIo.Load(x + at), Vector512.Load(scales + c), Vector512.Load(shifts + c));
                        value = shortcut is null ? value : value + TIo.Load(shortcut + at);
                        if (positive is not null)
                        {
                            // Not Max, which would turn a NaN into 0 and hide a diverged run.
                            Vector512<float> stopped = Vector512.LessThanOrEqual(value, Vector512<float>.Zero);
                            positive[at / Lanes] = (ushort)~stopped.ExtractMostSignificantBits();
                            value = Vector512.AndNot(value, stopped);
                        }

                        TIo.Store(value, y + at);
                    }
                }
            });
        }
    }

    /// <summary>The sums that the gradients need, per channel: Σ g and Σ g · (x − mean), g being dy where ReLU let pass.</summary>
    public static (double[] Gradient, double[] Product) Sums(
        T* dy, T* x, ushort* positive, float[] mean, long rows, int threads)
    {
        int channels = mean.Length;
        Blocks blocks = new(rows, channels);
        float[] partial = new float[2L * blocks.Count * channels];
        fixed (float* pinned = partial, pinnedMean = mean)
        {
            float* sums = pinned;
            float* means = pinnedMean;
            ComputeThreads.For(blocks.Count, threads, block =>
            {
                (long first, int count) = blocks.Rows(block);
                for (int c = 0; c < channels; c += Lanes)
                {
                    long at = (first * channels) + c;
                    Vector512<float> m = Vector512.Load(means + c);
                    (Vector512<float> g1, Vector512<float> p1, Vector512<float> g2, Vector512<float> p2) = (default, default, default, default);
                    int row = 0;
                    for (; row + 1 < count; row += 2, at += 2L * channels)
                    {
                        Vector512<float> a = Passed(dy, positive, at);
                        Vector512<float> b = Passed(dy, positive, at + channels);
                        g1 += a;
                        g2 += b;
                        p1 = Vector512.FusedMultiplyAdd(a, TIo.Load(x + at) - m, p1);
                        p2 = Vector512.FusedMultiplyAdd(b, TIo.Load(x + at + channels) - m, p2);
                    }

                    if (row < count)
                    {
                        Vector512<float> a = Passed(dy, positive, at);
                        g1 += a;
                        p1 = Vector512.FusedMultiplyAdd(a, TIo.Load(x + at) - m, p1);
                    }

                    (g1 + g2).Store(sums + (2L * block * channels) + c);
                    (p1 + p2).Store(sums + (((2L * block) + 1) * channels) + c);
                }
            });
        }

        return Add(partial, blocks.Count, channels);
    }

    /// <summary>dx = a · g + b · (x − mean) + c per channel, and g itself for the shortcut where one is wanted.</summary>
    public static void Gradients(
        T* dy, T* x, ushort* positive, T* dx, T* dShortcut, float[] mean, float[] a, float[] b, float[] c, long rows, int threads)
    {
        int channels = mean.Length;
        Blocks blocks = new(rows, channels);
        fixed (float* pinnedMean = mean, pinnedA = a, pinnedB = b, pinnedC = c)
        {
            float* means = pinnedMean;
            float* ofGradient = pinnedA;
            float* ofInput = pinnedB;
            float* constant = pinnedC;
            ComputeThreads.For(blocks.Count, threads, block =>
            {
                (long first, int count) = blocks.Rows(block);
                long at = first * channels;
                for (int row = 0; row < count; row++)
                {
                    for (int k = 0; k < channels; k += Lanes, at += Lanes)
                    {
                        Vector512<float> g = Passed(dy, positive, at);
                        if (dShortcut is not null)
                        {
                            TIo.Store(g, dShortcut + at);
                        }

                        Vector512<float> centered = TIo.Load(x + at) - Vector512.Load(means + k);
                        Vector512<float> value = Vector512.FusedMultiplyAdd(
                            centered, Vector512.Load(ofInput + k), Vector512.Load(constant + k));
                        TIo.Store(Vector512.FusedMultiplyAdd(g, Vector512.Load(ofGradient + k), value), dx + at);
                    }
                }
            });
        }
    }

    private static Vector512<float> Sum(T* start, int count, int channels)
    {
        (Vector512<float> even, Vector512<float> odd) = (default, default);
        int row = 0;
        for (; row + 1 < count; row += 2, start += 2L * channels)
        {
            even += TIo.Load(start);
            odd += TIo.Load(start + channels);
        }

        return row < count ? even + odd + TIo.Load(start) : even + odd;
    }

    private static Vector512<float> SquaredDistances(T* start, int count, int channels, Vector512<float> mean)
    {
        (Vector512<float> even, Vector512<float> odd) = (default, default);
        int row = 0;
        for (; row + 1 < count; row += 2, start += 2L * channels)
        {
            Vector512<float> a = TIo.Load(start) - mean;
            Vector512<float> b = TIo.Load(start + channels) - mean;
            even = Vector512.FusedMultiplyAdd(a, a, even);
            odd = Vector512.FusedMultiplyAdd(b, b, odd);
        }

        if (row < count)
        {
            Vector512<float> a = TIo.Load(start) - mean;
            even = Vector512.FusedMultiplyAdd(a, a, even);
        }

        return even + odd;
    }

    private static Vector512<float> Passed(T* dy, ushort* positive, long at)
    {
        Vector512<float> gradient = TIo.Load(dy + at);
        return positive is null ? gradient : Vector512.ConditionalSelect(Mask(positive[at / Lanes]), gradient, Vector512<float>.Zero);
    }

    // All bits of a lane where its bit is set.
    private static Vector512<float> Mask(ushort bits)
    {
        Vector512<uint> lane = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector512.Equals(Vector512.Create((uint)bits) & lane, lane).AsSingle();
    }

    // Chan, Golub, LeVeque 1983: the variance of parts joined, without the cancellation of E[x²] − E[x]².
    private static (double[] Mean, double[] Variance) Combine(float[] partial, Blocks blocks, int channels)
    {
        double[] mean = new double[channels];
        double[] squares = new double[channels];
        long seen = 0;
        for (int block = 0; block < blocks.Count; block++)
        {
            int count = blocks.Rows(block).Count;
            long total = seen + count;
            for (int c = 0; c < channels; c++)
            {
                double delta = partial[(2L * block * channels) + c] - mean[c];
                mean[c] += delta * count / total;
                squares[c] += partial[(((2L * block) + 1) * channels) + c] + (delta * delta * seen * count / total);
            }

            seen = total;
        }

        return (mean, [.. squares.Select(value => value / seen)]);
    }

    private static (double[] First, double[] Second) Add(float[] partial, int blocks, int channels)
    {
        double[] first = new double[channels];
        double[] second = new double[channels];
        for (int block = 0; block < blocks; block++)
        {
            for (int c = 0; c < channels; c++)
            {
                first[c] += partial[(2L * block * channels) + c];
                second[c] += partial[(((2L * block) + 1) * channels) + c];
            }
        }

        return (first, second);
    }

    private readonly struct Blocks(long rows, int channels)
    {
        private readonly int size = Math.Max(2, BlockSize / channels);

        public int Count => (int)((rows + size - 1) / size);

        public (long First, int Count) Rows(int block)
            => ((long)block * size, (int)Math.Min(size, rows - ((long)block * size)));
    }
}
