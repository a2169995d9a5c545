using System.Diagnostics;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Inference;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// Computation of the representations of images (h, or the output of the encoder's head), with batch norm in inference
/// mode and no randomness. Batches always consist of the same images, and one thread computes each, so that the bits of
/// a row depend neither on the number of threads or workers nor on whether the set is embedded at once or in parts. (A
/// custom encoder uses all threads for each batch.)
/// </summary>
public static class Embedder
{
    private const int MaxSmallView = 64;
    private const int BatchesAhead = 2;

    // The number of batches that a GPU computes at once.
    private const int BatchesOfADevice = 8;

    /// <summary>Embeds every readable image of a set, in order, into one table in memory.</summary>
    /// <param name="encoder">The encoder and its preprocessing.</param>
    /// <param name="images">The images to embed.</param>
    /// <param name="options">The options for reading images, or null for the defaults.</param>
    /// <param name="skipped">The list that receives unreadable images, which get no row.</param>
    /// <param name="progress">Receives the number of images processed.</param>
    /// <param name="cancellation">Stops the work between batches.</param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
    public static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return Embed(
            encoder, images, new EvaluationTransform(encoder.Views), options, skipped, progress,
            cancellation: cancellation);
    }

    /// <summary>
    /// Embeds images that go through another transform. With several ranks, each embeds a part, and all get the whole
    /// table. The bits of a row do not depend on the number of ranks.
    /// </summary>
    public static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        EvaluationTransform transform,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        ICommunicator? ranks = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return Embed(
            encoder, images, Renderer(transform), transform.Size, options, skipped, progress, ranks, cancellation);
    }

    /// <summary>Embeds images that are rendered in any way, with views of the given side.</summary>
    internal static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        ImageRenderer render,
        int size,
        DataOptions? options,
        SkippedImages? skipped,
        IProgress<int>? progress,
        ICommunicator? ranks,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new DataOptions();
        skipped ??= new SkippedImages(images, options);
        ranks ??= SingleProcess.Instance;
        EmbeddedRows rows = ranks.OnEveryRank(
            () => EmbedPart(encoder, images, render, size, options, skipped, progress, ranks, cancellation));
        if (ranks.Size > 1)
        {
            ranks.Share(skipped);
            rows = rows.GatherAll(ranks);
        }

        return rows.Indices.Count == 0
            ? throw NoneReadable(images).MarkCollective()
            : Table(images, rows.Indices, rows.Sizes, rows.Values, rows.Dimension);
    }

    /// <summary>
    /// Embeds this rank's part of the set. A part consists of whole batches, so that batches contain the same images
    /// for any number of ranks.
    /// </summary>
    private static EmbeddedRows EmbedPart(
        TrainedEncoder encoder,
        ImageDataSet images,
        ImageRenderer render,
        int size,
        DataOptions options,
        SkippedImages skipped,
        IProgress<int>? progress,
        ICommunicator ranks,
        CancellationToken cancellation)
    {
        using Activity? span = Telemetry.StartSpan("embed");
        int batchSize = BatchSize(size);
        int batches = (images.Count + batchSize - 1) / batchSize;
        (int from, int to) = (Begin(ranks.Rank), Begin(ranks.Rank + 1));
        using var network = new InferenceNetwork(encoder.Module, encoder.Head);
        float[] values = [];
        int dimension = 0;
        var kept = new List<int>();
        var sizes = new List<(int Width, int Height)>();
        foreach (EmbeddedBlock block in Stream(network, images, from, to, render, size, options, skipped, cancellation))
        {
            if (block.Rows.Length > 0)
            {
                dimension = block.Values.Length / block.Rows.Length;
                values = values.Length > 0 ? values : Allocate(images, to - from, dimension);
                block.Values.CopyTo(values.AsSpan(kept.Count * dimension));
                kept.AddRange(block.Rows);
                sizes.AddRange(block.Sizes);
            }

            progress?.Report((int)Math.Min(images.Count, (long)kept.Count * ranks.Size));
        }

        return new EmbeddedRows(
            kept, sizes, kept.Count == to - from ? values : values[..(kept.Count * dimension)], dimension);

        int Begin(int rank) => (int)Math.Min(images.Count, (long)batches * rank / ranks.Size * batchSize);
    }

    /// <summary>
    /// Embeds the images from one index up to another, batch by batch, in memory that does not grow with their number.
    /// The first index is a multiple of <see cref="BatchSize"/>.
    /// </summary>
    internal static IEnumerable<EmbeddedBlock> Stream(
        InferenceNetwork network,
        ImageDataSet images,
        int from,
        int to,
        ImageRenderer render,
        int size,
        DataOptions options,
        SkippedImages skipped,
        CancellationToken cancellation)
    {
        int batchSize = ComputedAtOnce(size, device(network.Device));
        int lanesWanted = network.IsConcurrent ? get_num_threads() : 0;
        using var memory = new MallocTuning();
        using var pixels = new PixelRing(
            batchSize, size, network.Device, ScalarType.Float32, 1 + lanesWanted + BatchesAhead);
        using ComputeLanes? lanes = lanesWanted > 0 ? new ComputeLanes(lanesWanted) : null;
        using DeviceRows? rows = lanes is null ? new DeviceRows(device(network.Device)) : null;
        var loader = new BatchLoader(
            images,
            pixels.Memory,
            (image, address, batch) => render(image, address.Index, batch.Floats(address.Position)),
            skipped,
            options.Workers,
            substituteUnreadable: false)
        {
            // While the next batch is delivered, as many batches as there are lanes are still being computed.
            ValidBatches = 1 + lanesWanted,
            AwaitFree = pixels.Await,
        };
        var plans = Enumerable.Range(0, (to - from + batchSize - 1) / batchSize)
            .Select(i => from + (i * batchSize))
            .Select(start => new BatchPlan(0, [.. Enumerable.Range(start, Math.Min(batchSize, to - start))]));
        int computedAtOnce = lanes is null ? DeviceRows.Ahead : lanesWanted;
        var computing = new Queue<(EmbeddedBatch Batch, Func<float[]> Values)>();
        foreach (ImageBatch batch in loader.Load(plans, cancellation))
        {
            Tensor Input() => pixels.Take(batch.Slot, batch.Indices.Length);
            computing.Enqueue((
                EmbeddedBatch.From(batch),
                lanes is null ? Alone(Input) : InLane(lanes.Start(() => network.Compute(Input())))));
            if (computing.Count > computedAtOnce)
            {
                yield return Finish(computing.Dequeue());
            }
        }

        while (computing.TryDequeue(out (EmbeddedBatch, Func<float[]>) rest))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Finish(rest);
        }

        Func<float[]> Alone(Func<Tensor> input)
        {
            using var scope = NewDisposeScope();
            return rows!.Start(network.Forward(input()));
        }

        static Func<float[]> InLane(Task<float[]> computed) => () => computed.GetAwaiter().GetResult();
    }

    /// <summary>Returns the rendering by a transform.</summary>
    internal static ImageRenderer Renderer(EvaluationTransform transform)
        => (image, _, destination) => transform.Render(image, destination);

    /// <summary>
    /// Returns the number of images that one thread computes together: few enough that the activations between two
    /// layers stay in cache.
    /// </summary>
    /// <param name="viewSize">The side of a view, in pixels.</param>
    public static int BatchSize(int viewSize) => viewSize <= MaxSmallView ? 32 : 16;

    /// <summary>Returns the number of images that are computed together on a device.</summary>
    /// <param name="viewSize">The side of a view, in pixels.</param>
    /// <param name="device">The device.</param>
    public static int ComputedAtOnce(int viewSize, Device device)
        => BatchSize(viewSize) * (device.type == TorchSharp.DeviceType.CPU ? 1 : BatchesOfADevice);

    internal static EmbeddingTable Table(
        ImageDataSet images,
        IReadOnlyList<int> indices,
        IReadOnlyList<(int Width, int Height)> sizes,
        float[] values,
        int dimension) => new(
            values, dimension, [.. indices.Select(images.PathOf)],
            images.Labels is { } labels ? [.. indices.Select(i => labels[i])] : null, images.ClassNames,
            [.. sizes.Select(size => size.Width)], [.. sizes.Select(size => size.Height)]);

    internal static DataException NoneReadable(ImageDataSet images)
        => new($"{images.Name}: no image could be read; there is nothing to embed");

    private static float[] Allocate(ImageDataSet images, int rows, int dimension)
        => (long)images.Count * dimension <= Array.MaxLength
            ? new float[rows * dimension]
            : throw new DataException(
                $"{images.Name}: {images.Count} rows of {dimension} values exceed the limit of a table in memory "
                    + $"({Array.MaxLength} values); EmbeddingTask.Run writes them to a file");

    private static EmbeddedBlock Finish((EmbeddedBatch Batch, Func<float[]> Values) computed)
    {
        EmbeddedBatch batch = computed.Batch;
        float[] values = computed.Values();
        Telemetry.CountEmbedded(batch.Readable.Length);
        int dimension = values.Length / batch.Images;
        float[] kept = batch.Readable.Length == batch.Images
            ? values
            : [.. batch.Readable.SelectMany(position => values.AsSpan(position * dimension, dimension).ToArray())];
        return new EmbeddedBlock(batch.Next, batch.Rows, batch.Sizes, kept);
    }

    /// <summary>The description of a batch in progress, whose memory may already hold the next batch.</summary>
    private sealed record EmbeddedBatch(
        int Images, int Next, int[] Readable, int[] Rows, (int Width, int Height)[] Sizes)
    {
        public static EmbeddedBatch From(ImageBatch batch)
        {
            int[] readable = [.. Enumerable.Range(0, batch.Indices.Length).Where(batch.IsReadable)];
            return new EmbeddedBatch(
                batch.Indices.Length, batch.Indices[^1] + 1, readable,
                [.. readable.Select(p => batch.Indices[p])], [.. readable.Select(p => batch.Sizes[p])]);
        }
    }
}
