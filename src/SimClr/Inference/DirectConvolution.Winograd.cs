using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Inference;

// 3 × 3 convolutions of stride 1, by Winograd's F(2 × 2, 3 × 3).
internal sealed unsafe partial class DirectConvolution
{
    private const int Tiles = 96;             // of 2 × 2 pixels, transformed together; each weight is reused this often
    private const int Side = 4;                // of a transformed tile

    // G g Gᵀ of each kernel, in double precision: 16 times [1, 1, inputs, outputs].
    private static Tensor[] Transform(Tensor last)
    {
        Scalar half = RootedScalars.From(0.5);
        IEnumerable<Tensor> positions = Times(last.to_type(ScalarType.Float64).contiguous()).SelectMany(Times);
        return [.. positions.Select(position => position.to_type(ScalarType.Float32).unsqueeze(0).unsqueeze(0))];

        // G, with rows 1 0 0, ½ ½ ½, ½ −½ ½ and 0 0 1, times the first dimension.
        Tensor[] Times(Tensor g)
        {
            (Tensor first, Tensor second, Tensor third) = (g.select(0, 0), g.select(0, 1), g.select(0, 2));
            Tensor outer = first.Plus(third);
            return [first, outer.Plus(second).mul(half), (outer - second).mul(half), third];
        }
    }

    // Aᵀ (Σ over inputs of (G g Gᵀ) · (Bᵀ d B)) A for tiles of 2 × 2 pixels, d their 4 × 4 neighbors.
    private void Transformed(Activations images, Activations result, DirectMemory memory, Sums sums, LayerPart part)
    {
        const int Positions = Side * Side;
        (int rows, int columns) = ((result.Height + 1) / 2, (result.Width + 1) / 2);
        (nint begin, nint end) = part.PixelsOf((nint)images.Count * rows * columns);
        (int firstOutput, int endOutput) = part.OutputsOf(Outputs, PanelOutputs);
        int widest = Math.Max(inputs, Outputs);
        float* v = memory.Frame((Positions * Tiles * (inputs + Outputs)) + widest);
        float* m = v + (Positions * Tiles * inputs);
        float* zeros = m + (Positions * Tiles * Outputs);
        new Span<float>(zeros, widest).Clear();
        var walk = new Walk(1, inputs, 0, inputs);
        Span<Pixels> list = memory.List((Tiles / Quad) + Spare);
        for (nint first = begin; first < end; first += Tiles)
        {
            int count = (int)Math.Min(Tiles, end - first);
            for (int i = 0; i < count; i++)
            {
                (int image, int row, int column) = At(first + i);
                Gather(images, image, (2 * row) - 1, (2 * column) - 1, zeros, v + (i * inputs));
            }

            for (int position = 0; position < Positions; position++)
            {
                int listed = 0;
                for (int i = 0; i < count; i += Quad)
                {
                    list[listed++] = new Pixels(
                        v + (((position * Tiles) + i) * inputs),
                        m + (((position * Tiles) + i) * Outputs),
                        Math.Min(Quad, count - i));
                }

                Sum(list, listed, walk, new Sums(
                    sums.Weight + ((nint)position * inputs * Outputs),
                    zeros,
                    0,
                    Outputs,
                    false,
                    float.NegativeInfinity), part);
            }

            for (int i = 0; i < count; i++)
            {
                (int image, int row, int column) = At(first + i);
                Scatter(m + (i * Outputs), result, image, 2 * row, 2 * column, sums, firstOutput, endOutput);
            }
        }

        (int Image, int Row, int Column) At(nint tile)
            => ((int)(tile / (rows * columns)), (int)(tile / columns % rows), (int)(tile % columns));
    }

    // Bᵀ d B: the 16 numbers of each input, spaced Tiles · inputs apart. Pixels outside the image are zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(Activations images, int image, int row, int column, float* zeros, float* to)
    {
        float** pixel = stackalloc float*[Side * Side];
        for (int i = 0; i < Side * Side; i++)
        {
            (int y, int x) = (row + (i / Side), column + (i % Side));
            bool isThere = y >= 0 && y < images.Height && x >= 0 && x < images.Width;
            pixel[i] = isThere ? images.Line(image, y) + ((nint)x * inputs) : zeros;
        }

        nint next = (nint)Tiles * inputs;
        for (int i = 0; i < inputs; i += Lanes, to += Lanes)
        {
            Quadruple a = Quadruple.Load(pixel, i), b = Quadruple.Load(pixel + Side, i);
            Quadruple c = Quadruple.Load(pixel + (2 * Side), i), d = Quadruple.Load(pixel + (3 * Side), i);
            (a - c).Across().Store(to, next);
            (b + c).Across().Store(to + (4 * next), next);
            (c - b).Across().Store(to + (8 * next), next);
            (b - d).Across().Store(to + (12 * next), next);
        }
    }

    // Aᵀ m A of each output, followed by bias, shortcut and ReLU.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(
        float* from, Activations result, int image, int row, int column, Sums sums, int firstOutput, int endOutput)
    {
        nint next = (nint)Tiles * Outputs;
        bool isWide = column + 1 < result.Width;
        bool isHigh = row + 1 < result.Height;
        float* above = result.Line(image, row) + ((nint)column * Outputs);
        float* below = above + ((nint)result.Width * Outputs);
        from += firstOutput;
        for (int i = firstOutput; i < endOutput; i += Lanes, from += Lanes)
        {
            Quadruple a = Quadruple.Load(from, next), b = Quadruple.Load(from + (4 * next), next);
            Quadruple c = Quadruple.Load(from + (8 * next), next), d = Quadruple.Load(from + (12 * next), next);
            Quadruple first = a + b + c, second = b - c - d;
            Vector512<float> bias = Vector512.Load(sums.Bias + i);
            Pixels.Put(first.Left() + bias, above + i, in sums);
            if (isWide)
            {
                Pixels.Put(first.Right() + bias, above + Outputs + i, in sums);
            }

            if (isHigh)
            {
                Pixels.Put(second.Left() + bias, below + i, in sums);
                if (isWide)
                {
                    Pixels.Put(second.Right() + bias, below + Outputs + i, in sums);
                }
            }
        }
    }

    /// <summary>One row of a tile, 16 channels each.</summary>
    private readonly struct Quadruple(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        private readonly Vector512<float> a = a;
        private readonly Vector512<float> b = b;
        private readonly Vector512<float> c = c;
        private readonly Vector512<float> d = d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quadruple operator +(Quadruple x, Quadruple y) => new(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quadruple operator -(Quadruple x, Quadruple y) => new(x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quadruple Load(float** pixels, int channel)
            => new(
                Vector512.Load(pixels[0] + channel),
                Vector512.Load(pixels[1] + channel),
                Vector512.Load(pixels[2] + channel),
                Vector512.Load(pixels[3] + channel));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quadruple Load(float* first, nint next)
            => new(
                Vector512.Load(first),
                Vector512.Load(first + next),
                Vector512.Load(first + (2 * next)),
                Vector512.Load(first + (3 * next)));

        /// <summary>The row times B.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Quadruple Across() => new(a - c, b + c, c - b, b - d);

        /// <summary>The first column of the row times A.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Left() => a + b + c;

        /// <summary>The second column of the row times A.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Right() => b - c - d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* first, nint next)
        {
            a.Store(first);
            b.Store(first + next);
            c.Store(first + (2 * next));
            d.Store(first + (3 * next));
        }
    }
}
