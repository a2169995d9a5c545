using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// A convolution with bias for inference, float32 with channels last, by AVX-512: a few pixels times 32 (or 16) outputs
/// are summed in registers, over the whole kernel and all inputs, and what follows (shortcut, ReLU) is done before they
/// are stored. Always in the same order, so that a pixel's bits depend on nothing but its neighborhood.
/// </summary>
/// <remarks>
/// With channels last, one line of a pixel's neighborhood (kernel · inputs numbers) lies side by side, whatever the
/// kernel; the images are copied into a frame of zeros before, some lines at a time, so that every neighborhood is
/// complete. A 1 × 1 convolution of stride 1 needs no frame, and all its pixels are one line. A 3 × 3 convolution of
/// stride 1 is computed by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray 2016, arXiv 1509.09308): 16 products for four
/// pixels instead of 36, each a 1 × 1 convolution of tiles.
/// </remarks>
internal sealed unsafe class DirectConvolution : IDisposable
{
    private const int Lanes = 16;
    private const int Quad = 4;                // neighboring pixels of a line
    private const int Spare = 3;               // places behind a list
    private const int Tiles = 96;             // of 2 × 2 pixels, transformed together: each weight is used so often
    private const int Side = 4;                // of a transformed tile
    private const int FramedBytes = 1 << 18;   // so many of the framed images stay in a core's second cache

    private readonly Tensor weight;   // for each 32 (or the last 16) outputs: [kernel, kernel, inputs, outputs]; transformed: that for each of 16 positions
    private readonly Tensor bias;
    private readonly int inputs;
    private readonly int kernel;
    private readonly int stride;
    private readonly int padding;
    private readonly bool transforms;

    /// <summary>Copies weight [outputs, inputs, kernel, kernel] and bias [outputs].</summary>
    public DirectConvolution(Tensor weight, Tensor bias, long stride, long padding)
    {
        using var scope = NewDisposeScope();
        (long moreOutputs, long moreInputs) = (Convolution.Missing(weight.shape[0]), Convolution.Missing(weight.shape[1]));
        Tensor last = nn.functional.pad(weight, [0, 0, 0, 0, 0, moreInputs, 0, moreOutputs]).permute(2, 3, 1, 0);
        (kernel, inputs, Outputs) = ((int)last.shape[0], (int)last.shape[2], (int)last.shape[3]);
        (this.stride, this.padding) = ((int)stride, (int)padding);
        transforms = kernel == 3 && stride == 1 && padding == 1 && inputs >= Lanes;
        Tensor[] products = transforms ? Transform(last) : [last];
        this.weight = cat([.. products.SelectMany(product => product.split(2 * Lanes, 3)).Select(panel => panel.contiguous().view(-1))]).DetachFromDisposeScope();
        this.bias = nn.functional.pad(bias, [0, moreOutputs]).DetachFromDisposeScope();
    }

    /// <summary>Channels of the result: the outputs, and zeros up to a multiple of 16, which the next convolution expects.</summary>
    public int Outputs { get; }

    /// <summary>
    /// Whether a convolution is one that this processor computes so: one for which .NET prefers vectors of 512 bits. (Three
    /// outputs would be taken for colors by the next.)
    /// </summary>
    /// <param name="weight">[outputs, inputs, kernel, kernel].</param>
    public static bool Serves(Tensor weight) => Avx512F.IsSupported && Vector512.IsHardwareAccelerated
        && weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.shape[0] != Convolution.Colors;

    /// <summary>A side of the result, from that of the images.</summary>
    public int Steps(int side) => ((side + (2 * padding) - kernel) / stride) + 1;

    /// <summary>Room for the result in a slot of the memory.</summary>
    public Activations Result(Activations images, DirectMemory memory, int slot)
        => memory.Take(slot, images.Count, Steps(images.Height), Steps(images.Width), Outputs);

    /// <summary>conv(x), after ReLU where it is asked for.</summary>
    /// <param name="images">With as many channels as the convolution has inputs.</param>
    /// <param name="result">Shaped as <see cref="Result"/> says.</param>
    /// <param name="memory">For the frame.</param>
    /// <param name="adds">Whether the result is added to what is there.</param>
    /// <param name="relu">Whether negative numbers become zero.</param>
    public void Forward(Activations images, Activations result, DirectMemory memory, bool adds, bool relu)
    {
        if (images.Channels != inputs)
        {
            throw new ArgumentException($"images of {images.Channels} channels; the convolution expects {inputs}", nameof(images));
        }

        var sums = new Sums(DirectMemory.First(weight), DirectMemory.First(bias), 0, Outputs, adds, relu ? 0 : float.NegativeInfinity);
        if (kernel == 1 && stride == 1 && padding == 0)
        {
            Flat(images, result, memory, sums);
        }
        else if (transforms)
        {
            Transformed(images, result, memory, sums);
        }
        else
        {
            Framed(images, result, memory, sums);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }

    // All pixels as one line.
    private void Flat(Activations images, Activations result, DirectMemory memory, Sums sums)
    {
        var walk = new Walk(1, inputs, 0, inputs);
        nint count = (nint)images.Count * images.Height * images.Width;
        int together = Math.Max(1, FramedBytes / sizeof(float) / inputs / Quad);
        float* last = memory.Frame(Quad * inputs);
        Span<Pixels> pixels = memory.List(together + Spare);
        int listed = 0;
        for (nint first = 0; first < count; first += Quad)
        {
            int valid = (int)Math.Min(Quad, count - first);
            float* from = images.Line(0, 0) + (first * inputs);
            if (valid < Quad)
            {
                // What lies behind the last pixel may not be read.
                NativeMemory.Copy(from, last, (nuint)(valid * inputs * sizeof(float)));
                from = last;
            }

            pixels[listed++] = new Pixels(from, result.Line(0, 0) + (first * Outputs), valid);
            if (listed == together || first + Quad >= count)
            {
                Sum(pixels, listed, walk, sums);
                listed = 0;
            }
        }
    }

    // Some lines of an image, or some images, are framed and summed up, and then the next.
    private void Framed(Activations images, Activations result, DirectMemory memory, Sums sums)
    {
        int line = (images.Width + (2 * padding)) * inputs;
        int most = Math.Max(1, ((FramedBytes / sizeof(float) / line) - kernel + stride) / stride);   // lines of the result
        int band = Math.Min(result.Height, most);
        int lines = ((band - 1) * stride) + kernel;
        int together = band < result.Height ? 1 : Math.Clamp(FramedBytes / sizeof(float) / line / lines, 1, images.Count);
        var walk = new Walk(kernel, kernel * inputs, line, stride * inputs);

        // The last pixels of a line may be fewer than four: what is read behind the frame for the missing ones is not used.
        float* frame = memory.Frame((together * lines * line) + (Quad * walk.Pixel) + walk.Run);
        Span<Pixels> pixels = memory.List((together * band * ((result.Width + Quad - 1) / Quad)) + Spare);
        for (int image = 0; image < images.Count; image += together)
        {
            for (int row = 0; row < result.Height; row += band)
            {
                int count = 0;
                float* framed = frame;
                for (int i = image; i < Math.Min(image + together, images.Count); i++, framed += lines * line)
                {
                    Copy(images, i, (row * stride) - padding, lines, framed);
                    for (int r = row; r < Math.Min(row + band, result.Height); r++)
                    {
                        float* from = framed + ((r - row) * stride * line);
                        float* to = result.Line(i, r);
                        for (int left = result.Width; left > 0; left -= Quad, from += Quad * walk.Pixel, to += Quad * Outputs)
                        {
                            pixels[count++] = new Pixels(from, to, Math.Min(Quad, left));
                        }
                    }
                }

                Sum(pixels, count, walk, sums);
            }
        }
    }

    // Lines of an image from one on, which may be above it or end below it, between zeros.
    private void Copy(Activations images, int image, int first, int lines, float* to)
    {
        int length = images.Width * inputs;
        int edge = padding * inputs;
        for (int row = first; row < first + lines; row++)
        {
            bool isThere = row >= 0 && row < images.Height;
            var line = new Span<float>(to, edge + length + edge);
            line[..(isThere ? edge : line.Length)].Clear();
            if (isThere)
            {
                new ReadOnlySpan<float>(images.Line(image, row), length).CopyTo(line[edge..]);
                line[(edge + length)..].Clear();
            }

            to += line.Length;
        }
    }

    // G g Gᵀ of each kernel, in double precision: 16 times [1, 1, inputs, outputs].
    private static Tensor[] Transform(Tensor last)
    {
        Scalar half = Scalars.Of(0.5);
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
    private void Transformed(Activations images, Activations result, DirectMemory memory, Sums sums)
    {
        const int Positions = Side * Side;
        (int rows, int columns) = ((result.Height + 1) / 2, (result.Width + 1) / 2);
        nint tiles = (nint)images.Count * rows * columns;
        int widest = Math.Max(inputs, Outputs);
        float* v = memory.Frame((Positions * Tiles * (inputs + Outputs)) + widest);
        float* m = v + (Positions * Tiles * inputs);
        float* zeros = m + (Positions * Tiles * Outputs);
        new Span<float>(zeros, widest).Clear();
        var walk = new Walk(1, inputs, 0, inputs);
        Span<Pixels> list = memory.List((Tiles / Quad) + Spare);
        for (nint first = 0; first < tiles; first += Tiles)
        {
            int count = (int)Math.Min(Tiles, tiles - first);
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
                        v + (((position * Tiles) + i) * inputs), m + (((position * Tiles) + i) * Outputs), Math.Min(Quad, count - i));
                }

                Sum(list, listed, walk, new Sums(sums.Weight + ((nint)position * inputs * Outputs), zeros, 0, Outputs, false, float.NegativeInfinity));
            }

            for (int i = 0; i < count; i++)
            {
                (int image, int row, int column) = At(first + i);
                Scatter(m + (i * Outputs), result, image, 2 * row, 2 * column, sums);
            }
        }

        (int Image, int Row, int Column) At(nint tile) => ((int)(tile / (rows * columns)), (int)(tile / columns % rows), (int)(tile % columns));
    }

    // Bᵀ d B: the 16 numbers of each input, Tiles · inputs apart. Pixels outside are zeros.
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

    // Aᵀ m A of each output, and what follows: bias, shortcut, ReLU.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(float* from, Activations result, int image, int row, int column, Sums sums)
    {
        nint next = (nint)Tiles * Outputs;
        bool isWide = column + 1 < result.Width;
        bool isHigh = row + 1 < result.Height;
        float* above = result.Line(image, row) + ((nint)column * Outputs);
        float* below = above + ((nint)result.Width * Outputs);
        for (int i = 0; i < Outputs; i += Lanes, from += Lanes)
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

    private void Sum(Span<Pixels> list, int count, Walk walk, Sums sums)
    {
        // Where the list ends, the last are summed once more, and not stored.
        list.Slice(count, Spare).Fill(list[count - 1].Unused);
        nint size = (nint)walk.Lines * walk.Run;
        fixed (Pixels* pixels = list)
        {
            for (int output = 0; output < Outputs; output += 2 * Lanes)
            {
                int width = Math.Min(2 * Lanes, Outputs - output);
                Sums panel = sums.At(output, output * size, width);
                int i = 0;
                for (; i < count && (width == Lanes || ((count - i) % 3 != 0 && count - i >= 4)); i += 4)
                {
                    // The narrow form also takes what does not divide by three.
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

    // Twelve pixels, 32 outputs. (A method of its own: inlined, it would not keep its sums in registers.)
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

    /// <summary>How a neighborhood lies in memory, in numbers.</summary>
    /// <param name="Lines">Lines of the kernel.</param>
    /// <param name="Run">Numbers side by side in each.</param>
    /// <param name="Line">From one line to the next.</param>
    /// <param name="Pixel">From one pixel of the result to the next.</param>
    private readonly record struct Walk(int Lines, int Run, int Line, int Pixel);

    /// <summary>What is summed.</summary>
    internal readonly struct Sums(float* weight, float* bias, int output, int outputs, bool adds, float least, int side = 2 * Lanes)
    {
        /// <summary>The first output of these.</summary>
        public readonly int Output = output;

        public readonly float* Weight = weight;
        public readonly float* Bias = bias;

        /// <summary>Numbers from one pixel of the result to the next.</summary>
        public readonly int Outputs = outputs;

        /// <summary>Whether the sum goes onto what is there already.</summary>
        public readonly bool Adds = adds;

        /// <summary>0 for ReLU.</summary>
        public readonly float Least = least;

        /// <summary>Weights side by side: 32 or 16.</summary>
        public readonly int Side = side;

        /// <summary>The same for the outputs that lie so many behind the first of these, with the weights that lie so many behind.</summary>
        public Sums At(int output, nint weight, int side) => new(Weight + weight, Bias + output, Output + output, Outputs, Adds, Least, side);
    }

    /// <summary>A line of a tile, 16 channels each.</summary>
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
            => new(Vector512.Load(pixels[0] + channel), Vector512.Load(pixels[1] + channel), Vector512.Load(pixels[2] + channel), Vector512.Load(pixels[3] + channel));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quadruple Load(float* first, nint next)
            => new(Vector512.Load(first), Vector512.Load(first + next), Vector512.Load(first + (2 * next)), Vector512.Load(first + (3 * next)));

        /// <summary>The line times B.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Quadruple Across() => new(a - c, b + c, c - b, b - d);

        /// <summary>The first column of the line times A.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Left() => a + b + c;

        /// <summary>The second.</summary>
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

    /// <summary>Up to four neighboring pixels of the result: where their neighborhoods begin, and where they are stored.</summary>
    internal readonly struct Pixels(float* from, float* to, int count)
    {
        public readonly float* From = from;
        private readonly float* to = to;
        private readonly int count = count;

        public Pixels Unused => new(From, to, 0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(int lanes, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth, in Sums sums)
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

        // The larger one is the second where one of them is no number: as with libtorch, that stays none.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Put(Vector512<float> value, float* at, in Sums sums)
            => Vector512.MaxNative(Vector512.Create(sums.Least), sums.Adds ? value + Vector512.Load(at) : value).Store(at);
    }
}
