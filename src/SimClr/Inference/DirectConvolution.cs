using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SimClr.Internals;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// A convolution with bias for inference, float32 with channels last, by AVX-512. A few pixels times 32 (or 16) outputs
/// are summed in registers over the whole kernel and all inputs, and the following operations (shortcut, ReLU) are
/// applied before the results are stored. The order is fixed, so that a pixel's bits depend only on its neighborhood.
/// </summary>
/// <remarks>
/// With channels last, one row of a pixel's neighborhood (kernel · inputs numbers) is contiguous, whatever the kernel.
/// The images are first copied into a frame of zeros, some rows at a time, so that every neighborhood is complete.
/// A 1 × 1 convolution of stride 1 needs no frame and treats all pixels as one row. A 3 × 3 convolution of stride 1 is
/// computed by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray 2016, arXiv 1509.09308): 16 products for four pixels instead
/// of 36, each a 1 × 1 convolution of tiles.
/// </remarks>
internal sealed unsafe partial class DirectConvolution : IDisposable
{
    private const int Lanes = 16;
    private const int PanelOutputs = 2 * Lanes;   // summed together
    private const int Quad = 4;                // neighboring pixels of a row
    private const int Spare = 3;               // spare entries after a list
    private const int FramedBytes = 1 << 18;   // of the framed images, to stay in a core's L2 cache

    // Per 32 (or the last 16) outputs, [kernel, kernel, inputs, outputs]; if transformed, for each of 16 positions. A
    // single image reads each weight for a few pixels only, so that reading them takes as long as computing.
    private float* weights;
    private readonly long weightCount;
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
        (long moreOutputs, long moreInputs) =
            (Convolution.Missing(weight.shape[0]), Convolution.Missing(weight.shape[1]));
        Tensor last = nn.functional.pad(weight, [0, 0, 0, 0, 0, moreInputs, 0, moreOutputs]).permute(2, 3, 1, 0);
        (kernel, inputs, Outputs) = ((int)last.shape[0], (int)last.shape[2], (int)last.shape[3]);
        (this.stride, this.padding) = ((int)stride, (int)padding);
        transforms = kernel == 3 && stride == 1 && padding == 1 && inputs >= Lanes;
        Tensor[] products = transforms ? Transform(last) : [last];
        Tensor all = cat([.. products.SelectMany(product => product.split(2 * Lanes, 3))
            .Select(panel => panel.contiguous().view(-1))]);
        weightCount = all.numel();
        weights = (float*)HugePageMemory.Allocate(weightCount * sizeof(float));
        Buffer.MemoryCopy(
            DirectMemory.First(all), weights, weightCount * sizeof(float), weightCount * sizeof(float));
        this.bias = nn.functional.pad(bias, [0, moreOutputs]).DetachFromDisposeScope();
    }

    /// <summary>
    /// Channels of the result: the outputs, padded with zeros to a multiple of 16, as the next convolution expects.
    /// </summary>
    public int Outputs { get; }

    /// <summary>
    /// Whether this implementation supports a convolution: it requires a processor for which .NET prefers 512-bit
    /// vectors. Three outputs are not supported, because the next convolution would take them for colors.
    /// </summary>
    /// <param name="weight">[outputs, inputs, kernel, kernel].</param>
    public static bool Supports(Tensor weight) => Avx512F.IsSupported
        && Vector512.IsHardwareAccelerated
        && weight.device_type == DeviceType.CPU
        && weight.dtype == ScalarType.Float32
        && weight.shape[0] != Convolution.Colors;

    /// <summary>The side of the result for a given side of the images.</summary>
    public int Steps(int side) => ((side + (2 * padding) - kernel) / stride) + 1;

    /// <summary>Reserves a slot of the memory for the result.</summary>
    public Activations Result(Activations images, DirectMemory memory, int slot)
        => memory.Take(slot, images.Count, Steps(images.Height), Steps(images.Width), Outputs);

    /// <summary>Computes the convolution, optionally followed by ReLU.</summary>
    /// <param name="images">Images with as many channels as the convolution has inputs.</param>
    /// <param name="result">The result, in the shape of <see cref="Result"/>.</param>
    /// <param name="memory">The memory for the frame.</param>
    /// <param name="adds">Whether the result is added to the existing values.</param>
    /// <param name="relu">Whether negative numbers become zero.</param>
    public void Forward(Activations images, Activations result, DirectMemory memory, bool adds, bool relu)
    {
        if (images.Channels != inputs)
        {
            throw new ArgumentException($"got images of {images.Channels} channels, expected {inputs}", nameof(images));
        }

        var sums = new Sums(
            weights, DirectMemory.First(bias), 0, Outputs, adds, relu ? 0 : float.NegativeInfinity);
        long products = (long)result.Count * result.Height * result.Width * Outputs * kernel * kernel * inputs;
        int parts = (int)Math.Clamp(products / memory.ProductsPerThread, 1, memory.Threads);
        if (parts == 1)
        {
            Compute(images, result, memory, sums, LayerPart.Whole);
        }
        else
        {
            ComputeInParts(images, result, memory, sums, parts);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        HugePageMemory.Free(weights);
        weights = null;
        bias.Dispose();
    }

    private void ComputeInParts(Activations images, Activations result, DirectMemory memory, Sums sums, int parts)
    {
        // Each thread reads only its part of the weights or of the images, whichever are larger.
        bool byOutputs = weightCount > (long)images.Count * images.Height * images.Width * inputs;
        int panels = (Outputs + PanelOutputs - 1) / PanelOutputs;
        DirectMemory.Divide(parts, number => Compute(
            images, result, memory.OfThread(number), sums, LayerPart.Create(number, parts, byOutputs, panels)));
    }

    private void Compute(Activations images, Activations result, DirectMemory memory, Sums sums, LayerPart part)
    {
        if (kernel == 1 && stride == 1 && padding == 0)
        {
            Flat(images, result, memory, sums, part);
        }
        else if (transforms)
        {
            Transformed(images, result, memory, sums, part);
        }
        else
        {
            Framed(images, result, memory, sums, part);
        }
    }

    // All pixels as one row.
    private void Flat(Activations images, Activations result, DirectMemory memory, Sums sums, LayerPart part)
    {
        var walk = new Walk(1, inputs, 0, inputs);
        nint pixelCount = (nint)images.Count * images.Height * images.Width;
        (nint begin, nint end) = part.PixelsOf((pixelCount + Quad - 1) / Quad);
        nint count = Math.Min(pixelCount, end * Quad);
        int together = Math.Max(1, FramedBytes / sizeof(float) / inputs / Quad);
        float* last = memory.Frame(Quad * inputs);
        Span<Pixels> pixels = memory.List(together + Spare);
        int listed = 0;
        for (nint first = begin * Quad; first < count; first += Quad)
        {
            int valid = (int)Math.Min(Quad, count - first);
            float* from = images.Line(0, 0) + (first * inputs);
            if (valid < Quad)
            {
                // Reading past the last pixel is not permitted.
                NativeMemory.Copy(from, last, (nuint)(valid * inputs * sizeof(float)));
                from = last;
            }

            pixels[listed++] = new Pixels(from, result.Line(0, 0) + (first * Outputs), valid);
            if (listed == together || first + Quad >= count)
            {
                Sum(pixels, listed, walk, sums, part);
                listed = 0;
            }
        }
    }

    // Frames and sums some rows of an image, or some images, at a time.
    private void Framed(Activations images, Activations result, DirectMemory memory, Sums sums, LayerPart part)
    {
        (nint begin, nint end) = part.PixelsOf(result.Height);
        (int top, int bottom) = ((int)begin, (int)end);
        int line = (images.Width + (2 * padding)) * inputs;
        // rows of the result
        int most = Math.Max(1, ((FramedBytes / sizeof(float) / line) - kernel + stride) / stride);
        int band = Math.Clamp(bottom - top, 1, most);
        int lines = ((band - 1) * stride) + kernel;
        int together = band < bottom - top ? 1
            : Math.Clamp(FramedBytes / sizeof(float) / line / lines, 1, images.Count);
        var walk = new Walk(kernel, kernel * inputs, line, stride * inputs);

        // The last pixels of a row may be fewer than four: numbers read past the frame for the missing ones are not
        // used.
        float* frame = memory.Frame((together * lines * line) + (Quad * walk.Pixel) + walk.Run);
        Span<Pixels> pixels = memory.List((together * band * ((result.Width + Quad - 1) / Quad)) + Spare);
        for (int image = 0; image < images.Count; image += together)
        {
            for (int row = top; row < bottom; row += band)
            {
                int count = 0;
                float* framed = frame;
                for (int i = image; i < Math.Min(image + together, images.Count); i++, framed += lines * line)
                {
                    Copy(images, i, (row * stride) - padding, lines, framed);
                    for (int r = row; r < Math.Min(row + band, bottom); r++)
                    {
                        float* from = framed + ((r - row) * stride * line);
                        float* to = result.Line(i, r);
                        for (int left =
                            result.Width; left > 0; left -= Quad, from += Quad * walk.Pixel, to += Quad * Outputs)
                        {
                            pixels[count++] = new Pixels(from, to, Math.Min(Quad, left));
                        }
                    }
                }

                Sum(pixels, count, walk, sums, part);
            }
        }
    }

    // Copies rows of an image, framed by zeros; the rows may start above the image or end below it.
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
}
