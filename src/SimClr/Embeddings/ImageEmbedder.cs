using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Inference;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// Embeds images one at a time or many at once, for programs that answer requests. The encoder is prepared once (the
/// batch norms of a ResNet are folded into its convolutions), and any number of threads may call every method. A single
/// image is computed by all threads; if several calls compute at once, each has one.
/// </summary>
/// <remarks>
/// On the CPU, with an encoder of the catalog in float32 and AVX-512, the vector of an image has the bits of its row in
/// <see cref="Embedder"/>'s table, whatever the method, the other images and the number of threads. Elsewhere (other
/// processors, GPUs, custom encoders, and encoders with a head), libtorch computes, and may sum in another order for
/// another number of images: relative to the largest value of a vector, results agree within 1e-5.
/// </remarks>
public sealed class ImageEmbedder : IDisposable
{
    private readonly bool ownsEncoder;
    private readonly DataOptions options;
    private readonly int threads;
    private readonly InferenceNetwork network;
    private readonly EvaluationTransform transform;
    private readonly ConcurrentBag<PixelRing> inputs = [];

    // As many images are decoded and computed at once as there are threads, so that requests that wait need no memory.
    private readonly SemaphoreSlim free;
    private readonly int permits;
    private int computing;
    private bool isDisposed;

    /// <summary>Prepares an encoder.</summary>
    /// <param name="encoder">
    /// The encoder, which remains the caller's: dispose it after this object, and do not train it in between.
    /// </param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 for one per core. Default: 0.</param>
    /// <exception cref="ConfigurationException">The number of threads is too large for this machine.</exception>
    public ImageEmbedder(TrainedEncoder encoder, DataOptions? options = null, int threads = 0)
        : this(encoder, options, threads, ownsEncoder: false)
    {
    }

    /// <summary>Prepares an encoder whose images go through another transform.</summary>
    internal ImageEmbedder(TrainedEncoder encoder, EvaluationTransform transform)
        : this(encoder, options: null, threads: 0, ownsEncoder: false, transform)
    {
    }

    private ImageEmbedder(
        TrainedEncoder encoder,
        DataOptions? options,
        int threads,
        bool ownsEncoder,
        EvaluationTransform? transform = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        this.threads = ComputeThreads.Resolve(threads);
        this.options = options ?? new DataOptions();
        this.ownsEncoder = ownsEncoder;
        Encoder = encoder;
        Dimension = encoder.Dimension;
        this.transform = transform ?? new EvaluationTransform(encoder.Views);
        network = new InferenceNetwork(encoder.Module, encoder.Head, shared: true);
        permits = network.HasOwnThreads ? this.threads : 1;
        free = new SemaphoreSlim(permits);
    }

    /// <summary>Loads the encoder of a run, which is disposed with the embedder.</summary>
    /// <param name="run">A run directory, or a file with an encoder.</param>
    /// <param name="device">auto, cpu, cuda, cuda:N or mps. Default: cpu.</param>
    /// <param name="options">The options for decoding images, or null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 for one per core. Default: 0.</param>
    /// <exception cref="DataException">There is no encoder, or it cannot be read.</exception>
    public static ImageEmbedder Load(string run, string device = "cpu", DataOptions? options = null, int threads = 0)
    {
        TrainedEncoder encoder = TrainedEncoder.Load(run, device);
        try
        {
            return new ImageEmbedder(encoder, options, threads, ownsEncoder: true);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>The encoder.</summary>
    public TrainedEncoder Encoder { get; }

    /// <summary>The number of values per vector.</summary>
    public int Dimension { get; }

    /// <summary>Embeds an image file.</summary>
    /// <param name="path">The path of a JPEG, PNG, WebP, BMP or GIF file.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="UnreadableImageException">The file cannot be read or decoded.</exception>
    public float[] Embed(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return WhenFree(() => Compute(ImageDecoder.Decode(FileSlice.ReadAll(path), path, options)));
    }

    /// <summary>Embeds an image from a stream, which is read to its end.</summary>
    /// <param name="encoded">A JPEG, PNG, WebP, BMP or GIF file.</param>
    /// <param name="name">The name of the image in errors. Default: stream.</param>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] Embed(Stream encoded, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return WhenFree(() => Compute(ImageDecoder.Decode(encoded, name, options)));
    }

    /// <summary>Embeds an image from the bytes of its file.</summary>
    /// <param name="encoded">The whole JPEG, PNG, WebP, BMP or GIF file.</param>
    /// <param name="name">The name of the image in errors. Default: bytes.</param>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] Embed(ReadOnlySpan<byte> encoded, string name = "bytes")
    {
        free.Wait();
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return Compute(ImageDecoder.Decode(encoded, name, options));
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Embeds a decoded image.</summary>
    /// <param name="image">The image, of any size.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    public float[] Embed(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return WhenFree(() => Compute(image));
    }

    /// <summary>
    /// Embeds an image from a stream without blocking a thread while other images are being computed.
    /// </summary>
    /// <param name="encoded">A JPEG, PNG, WebP, BMP or GIF file, read to its end.</param>
    /// <param name="name">The name of the image in errors. Default: stream.</param>
    /// <param name="cancellation">Cancels the wait for other images, and reading.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="UnreadableImageException">The image cannot be decoded.</exception>
    public async Task<float[]> EmbedAsync(
        Stream encoded, string name = "stream", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        using var bytes = new MemoryStream();
        await encoded.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
        return await EmbedAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), name, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Embeds an image from the bytes of its file without blocking a thread while other images are being computed.
    /// </summary>
    /// <param name="encoded">The whole JPEG, PNG, WebP, BMP or GIF file.</param>
    /// <param name="name">The name of the image in errors. Default: bytes.</param>
    /// <param name="cancellation">Cancels the wait for other images.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="UnreadableImageException">The image cannot be decoded.</exception>
    public Task<float[]> EmbedAsync(
        ReadOnlyMemory<byte> encoded, string name = "bytes", CancellationToken cancellation = default)
        => WhenFreeAsync(() => Compute(ImageDecoder.Decode(encoded.Span, name, options)), cancellation);

    /// <summary>
    /// Embeds a decoded image without blocking a thread while other images are being computed.
    /// </summary>
    /// <param name="image">The image, of any size.</param>
    /// <param name="cancellation">Cancels the wait for other images.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    public Task<float[]> EmbedAsync(RgbImage image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return WhenFreeAsync(() => Compute(image), cancellation);
    }

    /// <summary>Embeds images together, on all threads.</summary>
    /// <param name="images">The images, each of any size.</param>
    /// <param name="cancellation">Stops the work between batches.</param>
    /// <returns>A vector of <see cref="Dimension"/> values for each image, in order.</returns>
    public float[][] EmbedAll(IReadOnlyList<RgbImage> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        foreach (RgbImage image in images)
        {
            ArgumentNullException.ThrowIfNull(image, nameof(images));
        }

        if (images.Count == 1)
        {
            return [WhenFree(() => Compute(images[0]), cancellation)];
        }

        using Activity? span = Telemetry.StartSpan("embed");
        float[][] vectors = new float[images.Count][];
        int most = Embedder.ComputedAtOnce(transform.Size, device(network.Device));
        int batch = Math.Clamp((images.Count + permits - 1) / permits, 1, most);
        int batches = (images.Count + batch - 1) / batch;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = permits, CancellationToken = cancellation };
        Parallel.For(0, batches, parallel, number => WhenFree(
            () => ComputeBatch(images, number * batch, Math.Min(images.Count, (number + 1) * batch), vectors),
            cancellation));
        return vectors;
    }

    /// <summary>
    /// Embeds images as they come, in order. A group of images is computed while the next is read.
    /// </summary>
    /// <param name="images">The images, each of any size.</param>
    /// <param name="cancellation">Stops the work between groups.</param>
    public async IAsyncEnumerable<EmbeddedImage> EmbedAsync(
        IAsyncEnumerable<RgbImage> images, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        int group = Embedder.ComputedAtOnce(transform.Size, device(network.Device)) * permits;
        Task<EmbeddedImage[]> computed = Task.FromResult<EmbeddedImage[]>([]);
        int count = 0;
        await foreach (RgbImage[] next in images.Chunk(group).WithCancellation(cancellation).ConfigureAwait(false))
        {
            EmbeddedImage[] before = await computed.ConfigureAwait(false);
            int first = count;
            count += next.Length;
            computed = Task.Run(() => Group(next, first), cancellation);
            foreach (EmbeddedImage image in before)
            {
                yield return image;
            }
        }

        foreach (EmbeddedImage image in await computed.ConfigureAwait(false))
        {
            yield return image;
        }

        EmbeddedImage[] Group(RgbImage[] some, int first) =>
        [
            .. EmbedAll(some, cancellation).Select((vector, i) => new EmbeddedImage($"memory#{first + i}", vector)
            {
                Width = some[i].Width,
                Height = some[i].Height,
            }),
        ];
    }

    /// <summary>
    /// Embeds every readable image of a set, in order, in memory that does not grow with their number.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="skipped">The list that receives unreadable images, which are left out.</param>
    /// <param name="cancellation">Stops the work between batches.</param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
    public async IAsyncEnumerable<EmbeddedImage> EmbedAsync(
        ImageDataSet images,
        SkippedImages? skipped = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var blocks = Channel.CreateBounded<EmbeddedBlock>(new BoundedChannelOptions(1) { SingleWriter = true });
        Task<bool> work = LongTask.Run(() => Write(
            images, skipped ?? new SkippedImages(images, options), blocks.Writer, stop.Token));
        try
        {
            await foreach (EmbeddedBlock block in blocks.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                foreach (EmbeddedImage image in Images(images, block))
                {
                    yield return image;
                }
            }
        }
        finally
        {
            // The caller may have left early.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Waits for the calls in progress and releases the prepared copy, and the encoder if <see cref="Load"/> loaded it.
    /// End enumerations first.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
        {
            return;
        }

        for (int i = 0; i < permits; i++)
        {
            free.Wait();
        }

        network.Dispose();
        while (inputs.TryTake(out PixelRing? ring))
        {
            ring.Dispose();
        }

        if (ownsEncoder)
        {
            Encoder.Dispose();
        }

        free.Release(permits);
    }

    private static IEnumerable<EmbeddedImage> Images(ImageDataSet images, EmbeddedBlock block)
    {
        int dimension = block.Rows.Length == 0 ? 0 : block.Values.Length / block.Rows.Length;
        return block.Rows.Select((index, row) => new EmbeddedImage(
            images.PathOf(index), block.Values.AsSpan(row * dimension, dimension).ToArray())
        {
            Width = block.Sizes[row].Width,
            Height = block.Sizes[row].Height,
            Label = images.Labels is { } labels && images.ClassNames is { } names ? names[labels[index]] : null,
        });
    }

    // Waits until a block is taken before it computes further ahead.
    private bool Write(
        ImageDataSet images, SkippedImages skipped, ChannelWriter<EmbeddedBlock> blocks, CancellationToken cancellation)
    {
        using Activity? span = Telemetry.StartSpan("embed");
        int rows = 0;
        try
        {
            foreach (EmbeddedBlock block in Embedder.Stream(
                network, images, 0, images.Count, Embedder.Renderer(transform), transform.Size, options, skipped,
                cancellation))
            {
                rows += block.Rows.Length;
                blocks.WriteAsync(block, cancellation).AsTask().GetAwaiter().GetResult();
            }

            blocks.Complete(rows == 0 ? Embedder.NoneReadable(images) : null);
        }
        catch (Exception error)
        {
            blocks.Complete(error);
        }

        return rows > 0;
    }

    private T WhenFree<T>(Func<T> compute, CancellationToken cancellation = default)
    {
        free.Wait(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return compute();
        }
        finally
        {
            free.Release();
        }
    }

    private async Task<T> WhenFreeAsync<T>(Func<T> compute, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return await Task.Run(compute, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            free.Release();
        }
    }

    private float[] Compute(RgbImage image)
    {
        PixelRing ring = inputs.TryTake(out PixelRing? kept) ? kept : Input(1);
        bool isAlone = Interlocked.Increment(ref computing) == 1;
        try
        {
            using Activity? span = Telemetry.StartSpan("embed");
            using var scope = NewDisposeScope();
            transform.Render(image, ring.Memory[0].Floats(0));
            Telemetry.CountEmbedded(1);
            return network.Compute(ring.Take(0, 1), isAlone ? threads : 1);
        }
        finally
        {
            Interlocked.Decrement(ref computing);
            inputs.Add(ring);
        }
    }

    private bool ComputeBatch(IReadOnlyList<RgbImage> images, int from, int to, float[][] vectors)
    {
        Interlocked.Increment(ref computing);
        try
        {
            using var scope = NewDisposeScope();
            using PixelRing ring = Input(to - from);
            Telemetry.CountEmbedded(to - from);
            for (int i = from; i < to; i++)
            {
                transform.Render(images[i], ring.Memory[0].Floats(i - from));
            }

            float[] values = network.Compute(ring.Take(0, to - from));
            for (int i = from; i < to; i++)
            {
                vectors[i] = values.AsSpan((i - from) * Dimension, Dimension).ToArray();
            }

            return true;
        }
        finally
        {
            Interlocked.Decrement(ref computing);
        }
    }

    private PixelRing Input(int images) => new(images, transform.Size, network.Device, ScalarType.Float32, slots: 1);
}
