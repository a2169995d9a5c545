using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SimClr.Inference;

// The sums in registers.
internal sealed unsafe partial class DirectConvolution
{
    private const int PrefetchedNumbers = 512;   // ahead of the weights in use: 2 KB

    private void Sum(Span<Pixels> list, int count, Walk walk, Sums sums, LayerPart part)
    {
        (int first, int end) = part.OutputsOf(Outputs, PanelOutputs);
        // Pad the list with its last entry: these are summed but not stored.
        list.Slice(count, Spare).Fill(list[count - 1].Unused);
        nint size = (nint)walk.Lines * walk.Run;
        fixed (Pixels* pixels = list)
        {
            for (int output = first; output < end; output += PanelOutputs)
            {
                int width = Math.Min(PanelOutputs, Outputs - output);
                Sums panel = sums.At(output, output * size, width);
                int i = 0;
                for (; i < count && (width == Lanes || ((count - i) % 3 != 0 && count - i >= 4)); i += 4)
                {
                    // The narrow form also takes what remains if the count is not divisible by three.
                    for (int half = 0; half < width; half += Lanes)
                    {
                        Narrow(pixels + i, in walk, panel.At(half, half, width));
                    }
                }

                for (; i < count; i += 3)
                {
                    Wide(pixels + i, in walk, in panel);
                }
            }
        }
    }

    // Twelve pixels, 32 outputs. (A separate method: inlined, it would not keep its sums in registers.)
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Wide(Pixels* pixels, in Walk walk, in Sums sums)
    {
        Pixels p = pixels[0], q = pixels[1], r = pixels[2];
        Vector512<float> p0a, p1a, p2a, p3a, q0a, q1a, q2a, q3a, r0a, r1a, r2a, r3a;
        Vector512<float> p0b, p1b, p2b, p3b, q0b, q1b, q2b, q3b, r0b, r1b, r2b, r3b;
        p0a = p1a = p2a = p3a = q0a = q1a = q2a = q3a = r0a = r1a = r2a = r3a = Vector512.Load(sums.Bias);
        p0b = p1b = p2b = p3b = q0b = q1b = q2b = q3b = r0b = r1b = r2b = r3b = Vector512.Load(sums.Bias + Lanes);
        (nint one, nint two, nint three) = (walk.Pixel, 2 * walk.Pixel, 3 * walk.Pixel);
        float* pLine = p.From, qLine = q.From, rLine = r.From, w = sums.Weight;
        for (nint line = walk.Lines; line != 0; line--)
        {
            float* px = pLine, qx = qLine, rx = rLine;
            for (nint i = walk.Run; i != 0; i--)
            {
                Vector512<float> a = Vector512.Load(w);
                Vector512<float> b = Vector512.Load(w + Lanes);
                Vector512<float> x = Vector512.Create(px[0]);
                p0a = Avx512F.FusedMultiplyAdd(a, x, p0a);
                p0b = Avx512F.FusedMultiplyAdd(b, x, p0b);
                x = Vector512.Create(px[one]);
                p1a = Avx512F.FusedMultiplyAdd(a, x, p1a);
                p1b = Avx512F.FusedMultiplyAdd(b, x, p1b);
                x = Vector512.Create(px[two]);
                p2a = Avx512F.FusedMultiplyAdd(a, x, p2a);
                p2b = Avx512F.FusedMultiplyAdd(b, x, p2b);
                x = Vector512.Create(px[three]);
                p3a = Avx512F.FusedMultiplyAdd(a, x, p3a);
                p3b = Avx512F.FusedMultiplyAdd(b, x, p3b);
                x = Vector512.Create(qx[0]);
                q0a = Avx512F.FusedMultiplyAdd(a, x, q0a);
                q0b = Avx512F.FusedMultiplyAdd(b, x, q0b);
                x = Vector512.Create(qx[one]);
                q1a = Avx512F.FusedMultiplyAdd(a, x, q1a);
                q1b = Avx512F.FusedMultiplyAdd(b, x, q1b);
                x = Vector512.Create(qx[two]);
                q2a = Avx512F.FusedMultiplyAdd(a, x, q2a);
                q2b = Avx512F.FusedMultiplyAdd(b, x, q2b);
                x = Vector512.Create(qx[three]);
                q3a = Avx512F.FusedMultiplyAdd(a, x, q3a);
                q3b = Avx512F.FusedMultiplyAdd(b, x, q3b);
                x = Vector512.Create(rx[0]);
                r0a = Avx512F.FusedMultiplyAdd(a, x, r0a);
                r0b = Avx512F.FusedMultiplyAdd(b, x, r0b);
                x = Vector512.Create(rx[one]);
                r1a = Avx512F.FusedMultiplyAdd(a, x, r1a);
                r1b = Avx512F.FusedMultiplyAdd(b, x, r1b);
                x = Vector512.Create(rx[two]);
                r2a = Avx512F.FusedMultiplyAdd(a, x, r2a);
                r2b = Avx512F.FusedMultiplyAdd(b, x, r2b);
                x = Vector512.Create(rx[three]);
                r3a = Avx512F.FusedMultiplyAdd(a, x, r3a);
                r3b = Avx512F.FusedMultiplyAdd(b, x, r3b);
                px++;
                qx++;
                rx++;
                w += 2 * Lanes;
            }

            pLine += walk.Line;
            qLine += walk.Line;
            rLine += walk.Line;
        }

        p.Store(0, p0a, p1a, p2a, p3a, sums);
        p.Store(Lanes, p0b, p1b, p2b, p3b, sums);
        q.Store(0, q0a, q1a, q2a, q3a, sums);
        q.Store(Lanes, q0b, q1b, q2b, q3b, sums);
        r.Store(0, r0a, r1a, r2a, r3a, sums);
        r.Store(Lanes, r0b, r1b, r2b, r3b, sums);
    }

    // Sixteen pixels, 16 outputs.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(Pixels* pixels, in Walk walk, in Sums sums)
    {
        Pixels p = pixels[0], q = pixels[1], r = pixels[2], s = pixels[3];
        Vector512<float> p0, p1, p2, p3, q0, q1, q2, q3, r0, r1, r2, r3, s0, s1, s2, s3;
        p0 = p1 = p2 = p3 = q0 = q1 = q2 = q3 = r0 = r1 = r2 = r3 = s0 = s1 = s2 = s3 = Vector512.Load(sums.Bias);
        nint side = sums.Side;
        (nint one, nint two, nint three) = (walk.Pixel, 2 * walk.Pixel, 3 * walk.Pixel);
        float* pLine = p.From, qLine = q.From, rLine = r.From, sLine = s.From, w = sums.Weight;
        for (nint line = walk.Lines; line != 0; line--)
        {
            float* px = pLine, qx = qLine, rx = rLine, sx = sLine;
            for (nint i = walk.Run; i != 0; i--)
            {
                // With so few pixels, the weights come from memory, and the processor itself stops at each page.
                Sse.Prefetch0(w + PrefetchedNumbers);
                Vector512<float> a = Vector512.Load(w);
                p0 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(px[0]), p0);
                p1 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(px[one]), p1);
                p2 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(px[two]), p2);
                p3 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(px[three]), p3);
                q0 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(qx[0]), q0);
                q1 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(qx[one]), q1);
                q2 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(qx[two]), q2);
                q3 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(qx[three]), q3);
                r0 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(rx[0]), r0);
                r1 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(rx[one]), r1);
                r2 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(rx[two]), r2);
                r3 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(rx[three]), r3);
                s0 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(sx[0]), s0);
                s1 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(sx[one]), s1);
                s2 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(sx[two]), s2);
                s3 = Avx512F.FusedMultiplyAdd(a, Vector512.Create(sx[three]), s3);
                px++;
                qx++;
                rx++;
                sx++;
                w += side;
            }

            pLine += walk.Line;
            qLine += walk.Line;
            rLine += walk.Line;
            sLine += walk.Line;
        }

        p.Store(0, p0, p1, p2, p3, sums);
        q.Store(0, q0, q1, q2, q3, sums);
        r.Store(0, r0, r1, r2, r3, sums);
        s.Store(0, s0, s1, s2, s3, sums);
    }

    /// <summary>The layout of a neighborhood in memory, in numbers.</summary>
    /// <param name="Lines">Rows of the kernel.</param>
    /// <param name="Run">Adjacent numbers in each row.</param>
    /// <param name="Line">The distance from one row to the next.</param>
    /// <param name="Pixel">The distance from one pixel of the result to the next.</param>
    private readonly record struct Walk(int Lines, int Run, int Line, int Pixel);

    /// <summary>The weights, the outputs and the operation after the sum.</summary>
    internal readonly struct Sums(
        float* weight, float* bias, int output, int outputs, bool adds, float min, int side = 2 * Lanes)
    {
        /// <summary>The first output.</summary>
        public readonly int Output = output;

        public readonly float* Weight = weight;
        public readonly float* Bias = bias;

        /// <summary>The distance from one pixel of the result to the next, in numbers.</summary>
        public readonly int Outputs = outputs;

        /// <summary>Whether the sum is added to the existing values.</summary>
        public readonly bool Adds = adds;

        /// <summary>The lower bound of the results; 0 for ReLU.</summary>
        public readonly float Min = min;

        /// <summary>The number of adjacent weights: 32 or 16.</summary>
        public readonly int Side = side;

        /// <summary>
        /// Returns a copy shifted by a number of outputs and a number of weights.
        /// </summary>
        public Sums At(int output, nint weight, int side)
            => new(Weight + weight, Bias + output, Output + output, Outputs, Adds, Min, side);
    }

    /// <summary>
    /// Up to four neighboring pixels of the result: the address of the first one's neighborhood and the address of the
    /// results.
    /// </summary>
    internal readonly struct Pixels(float* from, float* to, int count)
    {
        public readonly float* From = from;
        private readonly float* to = to;
        private readonly int count = count;

        public Pixels Unused => new(From, to, 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(
            int lanes,
            Vector512<float> first,
            Vector512<float> second,
            Vector512<float> third,
            Vector512<float> fourth,
            in Sums sums)
        {
            float* at = to + sums.Output + lanes;
            if (count > 0)
            {
                Put(first, at, sums);
            }

            if (count > 1)
            {
                Put(second, at + sums.Outputs, sums);
            }

            if (count > 2)
            {
                Put(third, at + (2 * sums.Outputs), sums);
            }

            if (count > 3)
            {
                Put(fourth, at + (3 * sums.Outputs), sums);
            }
        }

        // If one of them is NaN, MaxNative returns the second argument: as in libtorch, NaN stays NaN.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(Vector512<float> value, float* at, in Sums sums)
            => Vector512.MaxNative(Vector512.Create(sums.Min), sums.Adds ? value + Vector512.Load(at) : value)
                .Store(at);
    }
}
