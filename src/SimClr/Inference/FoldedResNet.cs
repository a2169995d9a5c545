using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using SimClr.Encoders;
using static TorchSharp.torch;
using Convolution = SimClr.Layers.Convolution;
using Tensor = TorchSharp.torch.Tensor;

namespace SimClr.Inference;

/// <summary>
/// A copy of a <see cref="ResNet"/> for inference, with its batch norms folded into its convolutions; the encoder is
/// unchanged. In float32 on a processor with AVX-512 (see <see cref="DirectConvolution.Supports"/>), it computes a few
/// images at a time through all layers in its own memory; elsewhere, it uses libtorch. Several threads may use it at
/// once, but not while it is being disposed.
/// </summary>
/// <param name="stem">The first convolution.</param>
/// <param name="pools">Whether the stem pools.</param>
/// <param name="blocks">All residual blocks.</param>
/// <param name="representation">Width of h.</param>
internal sealed unsafe class FoldedResNet(
    FoldedConvolution stem, bool pools, IReadOnlyList<FoldedBlock> blocks, int representation) : IDisposable
{
    // Small enough for the images between two layers to stay in the cache, and large enough for each weight to be used
    // for about a hundred pixels: those of two images if one image has fewer in its last layer.
    private const long BytesBetweenLayers = 4 << 20;
    private const long BytesOfLargeImage = 64 << 20;

    private readonly ConcurrentBag<DirectMemory> memories = [];

    /// <summary>Folds the batch norms of an encoder into copies of its convolutions.</summary>
    /// <param name="encoder">The encoder, in float32 or float64.</param>
    /// <param name="direct">
    /// Whether to use <see cref="DirectConvolution"/> where the processor supports it, or always libtorch's
    /// convolutions. Default: true.
    /// </param>
    public static FoldedResNet From(ResNet encoder, bool direct = true)
    {
        bool isDirect = direct && encoder.modules()
            .OfType<Convolution>()
            .All(convolution => DirectConvolution.Supports(convolution.Weight));
        return new FoldedResNet(
            Fold(encoder.Stem),
            pools: !encoder.SmallStem,
            [.. encoder.Blocks.Select(block => new FoldedBlock(
                [.. block.Path.Select(Fold)], block.Projection is { } layers ? Fold(layers) : null))],
            encoder.RepresentationSize);

        FoldedConvolution Fold(NormalizedConvolution layers) => new(layers.Convolution, layers.Norm, isDirect);
    }

    /// <summary>
    /// Whether it computes in its own memory. The bits of a row then depend neither on the other images nor on the
    /// number of threads.
    /// </summary>
    public bool IsDirect => stem.Direct is not null;

    /// <summary>input: [N, 3, H, W] → h: [N, representation], float32 (float64 for float64).</summary>
    /// <param name="input">The images.</param>
    /// <param name="threads">
    /// The number of threads that share each layer, if this computes in its own memory. Otherwise libtorch's threads
    /// do. Default: 1.
    /// </param>
    public Tensor Forward(Tensor input, int threads = 1)
    {
        using var scope = NewDisposeScope();
        return (IsDirect ? Direct(input, threads) : ByLibtorch(input)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stem.Dispose();
        foreach (FoldedBlock block in blocks)
        {
            block.Dispose();
        }

        while (memories.TryTake(out DirectMemory? memory))
        {
            memory.Dispose();
        }
    }

    private Tensor ByLibtorch(Tensor input)
    {
        Tensor x = stem.Forward(input, relu: true);
        x = pools ? nn.functional.max_pool2d(x, 3, 2, 1) : x;
        foreach (FoldedBlock block in blocks)
        {
            Tensor next = block.Forward(x);
            x.Dispose();
            x = next;
        }

        return ResNet.Pool(x);
    }

    private Tensor Direct(Tensor input, int threads)
    {
        if (input.dtype != ScalarType.Float32 || input.device_type != TorchSharp.DeviceType.CPU)
        {
            throw new ArgumentException(
                $"got images of {input.dtype} on {input.device}, expected float32 on cpu, like the weights",
                nameof(input));
        }

        Tensor innermost = input.permute(0, 2, 3, 1).contiguous();
        (int count, int height, int width, int colors) =
            ((int)innermost.shape[0], (int)innermost.shape[1], (int)innermost.shape[2], (int)innermost.shape[3]);
        Tensor h = empty(count, representation, dtype: ScalarType.Float32, device: CPU);
        if (count == 0)
        {
            return h;
        }

        DirectMemory memory = memories.TryTake(out DirectMemory? kept) ? kept : new DirectMemory();
        memory.Threads = threads;
        try
        {
            var images = new Activations(DirectMemory.First(innermost), -1, count, height, width, colors);
            float* rows = DirectMemory.First(h);
            long bytes = MaxBytes(height, width);
            int together = (int)Math.Clamp(BytesBetweenLayers / bytes, bytes > BytesOfLargeImage ? 1 : 2, int.MaxValue);
            for (int first = 0; first < count; first += together)
            {
                Activations some = images.Part(first, Math.Min(together, count - first));
                Activations x = stem.Direct!.Result(some, memory, 0);
                stem.Direct.Forward(some, x, memory, adds: false, relu: true);
                x = pools ? MaxPool(x, memory) : x;
                foreach (FoldedBlock block in blocks)
                {
                    x = block.Forward(x, memory);
                }

                float* line = memory.Frame(representation);
                for (int i = 0; i < x.Count; i++)
                {
                    Mean(x, i, new Span<float>(line, representation), new Span<float>(
                        rows + ((nint)(first + i) * representation), representation));
                }
            }
        }
        finally
        {
            memories.Add(memory);
        }

        GC.KeepAlive(innermost);
        return h;
    }

    // For an image after the stem or the first block; in later stages, the pixels shrink faster than the channels grow.
    private long MaxBytes(int height, int width)
    {
        long pixels = (long)stem.Direct!.Steps(height) * stem.Direct.Steps(width);
        return sizeof(float)
            * Math.Max(pixels * stem.Direct.Outputs, (pools ? pixels / 4 : pixels) * blocks[0].Outputs);
    }

    // A window of 3 × 3 pixels with stride 2: the maximum of three rows first, then of three neighbors in the result.
    private static Activations MaxPool(Activations x, DirectMemory memory)
    {
        Activations result = memory.Take(x.Slot + 1, x.Count, (x.Height + 1) / 2, (x.Width + 1) / 2, x.Channels);
        int parts = Math.Min(memory.Threads, result.Height);
        DirectMemory.Divide(parts, number =>
        {
            (nint top, nint bottom) = new LayerPart(number, parts, 0, 1).PixelsOf(result.Height);
            MaxPool(x, result, memory.OfThread(number), (int)top, (int)bottom);
        });
        return result;
    }

    private static void MaxPool(Activations x, Activations result, DirectMemory memory, int top, int bottom)
    {
        int length = x.Width * x.Channels;
        float* line = memory.Frame(length);
        var largest = new Span<float>(line, length);
        for (int image = 0; image < x.Count; image++)
        {
            for (int row = top; row < bottom; row++)
            {
                new ReadOnlySpan<float>(x.Line(image, 2 * row), length).CopyTo(largest);
                for (int other = row > 0 ? (2 * row) - 1
                    : 1; other <= Math.Min(x.Height - 1, (2 * row) + 1); other += 2)
                {
                    TensorPrimitives.Max(largest, new ReadOnlySpan<float>(x.Line(image, other), length), largest);
                }

                float* to = result.Line(image, row);
                for (int column = 0; column < result.Width; column++, to += x.Channels)
                {
                    float* middle = line + (2 * column * x.Channels);
                    float* left = column > 0 ? middle - x.Channels : middle;
                    float* right = (2 * column) + 1 < x.Width ? middle + x.Channels : middle;
                    for (int i = 0; i < x.Channels; i += Vector512<float>.Count)
                    {
                        Vector512.Max(
                            Vector512.Max(Vector512.Load(left + i), Vector512.Load(right + i)),
                            Vector512.Load(middle + i)).Store(to + i);
                    }
                }
            }
        }
    }

    // Row by row, because the error of a sum grows with its length.
    private static void Mean(Activations x, int image, Span<float> line, Span<float> mean)
    {
        mean.Clear();
        for (int row = 0; row < x.Height; row++)
        {
            line.Clear();
            float* pixel = x.Line(image, row);
            for (int column = 0; column < x.Width; column++, pixel += x.Channels)
            {
                TensorPrimitives.Add(line, new ReadOnlySpan<float>(pixel, line.Length), line);
            }

            TensorPrimitives.Add(mean, line, mean);
        }

        TensorPrimitives.Divide(mean, x.Height * x.Width, mean);
    }
}
