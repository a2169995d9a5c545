using System.Collections.Concurrent;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Loads batches ahead of the one in use: worker threads decode images and write them into a ring of reused buffers.
/// Order and content depend only on the plans, not on the number of workers.
/// </summary>
internal sealed class BatchLoader
{
    private readonly ImageDataSet images;
    private readonly Func<IEnumerable<ImageBatch>> buffers;
    private readonly Action<RgbImage, SampleAddress, ImageBatch> write;
    private readonly SkippedImages skipped;
    private readonly int workers;
    private readonly bool substituteUnreadable;
    private readonly bool recyclesImages;

    // Keyed by the index in this set: the list of skipped images may be shared with a set in a different order.
    private readonly ConcurrentDictionary<int, bool> unreadable = new();

    /// <summary>Creates a loader. Its threads run only while batches are being enumerated.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="floatsPerImage">The number of values per image, over all its views.</param>
    /// <param name="write">The function that writes an image into the batch.</param>
    /// <param name="skipped">The list to which unreadable images are added.</param>
    /// <param name="workers">The number of threads; 0 means one per core.</param>
    /// <param name="ring">The number of buffers: the one in use plus those filled ahead.</param>
    /// <param name="substituteUnreadable">
    /// Whether the next readable image in the set replaces an unreadable one (training) or the batch marks it as
    /// unreadable (evaluation).
    /// </param>
    public BatchLoader(
        ImageDataSet images,
        int floatsPerImage,
        SampleWriter write,
        SkippedImages skipped,
        int workers = 0,
        int ring = 3,
        bool substituteUnreadable = false)
        : this(
            images,
            () => Enumerable.Range(0, ring).Select(_ => new ImageBatch(floatsPerImage)),
            (image, address, batch) => write(image, address, batch.Pixels.AsSpan(0, batch.Length)),
            skipped,
            workers,
            substituteUnreadable)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(floatsPerImage);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ring);
    }

    /// <summary>
    /// Creates a loader that writes into memory that outlives every enumeration, one buffer per element of the ring.
    /// </summary>
    internal BatchLoader(
        ImageDataSet images,
        IReadOnlyList<PixelMemory> ring,
        MemoryWriter write,
        SkippedImages skipped,
        int workers,
        bool substituteUnreadable)
        : this(
            images,
            () => ring.Select((memory, slot) => new ImageBatch(slot, memory)),
            (image, address, batch) => write(image, address, batch.Memory),
            skipped,
            workers,
            substituteUnreadable)
    {
        // Only a caller's own writer, in the public constructor, may keep a reference to the image.
        recyclesImages = true;
    }

    private BatchLoader(
        ImageDataSet images,
        Func<IEnumerable<ImageBatch>> buffers,
        Action<RgbImage, SampleAddress, ImageBatch> write,
        SkippedImages skipped,
        int workers,
        bool substituteUnreadable)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(skipped);
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        this.images = images;
        this.buffers = buffers;
        this.write = write;
        this.skipped = skipped;
        this.workers = ComputeThreads.ResolveWorkers(workers);
        this.substituteUnreadable = substituteUnreadable;
    }

    /// <summary>The total time the consumer has waited for batches; near zero if loading keeps up.</summary>
    public TimeSpan WaitTime { get; private set; }

    /// <summary>Whether batches hold the decoded images themselves and nothing is written.</summary>
    internal bool KeepsImages { get; init; }

    /// <summary>
    /// The number of batches that are valid at a time: the latest one and those before it. Less than the size of the
    /// ring. Default: 1.
    /// </summary>
    internal int ValidBatches { get; init; } = 1;

    /// <summary>
    /// Waits until the memory of a slot, which a device may still be reading, can be overwritten. Called on the
    /// consumer's thread.
    /// </summary>
    internal Action<int>? AwaitFree { get; init; }

    /// <summary>
    /// Loads the planned batches in order. Plans are read one by one, on the consumer's thread and at most <c>ring</c>
    /// ahead, so the sequence may be endless. The workers stop when the enumeration ends, even if it ends early.
    /// </summary>
    /// <param name="plans">The plans of the batches.</param>
    /// <param name="cancellation">
    /// A token that ends the enumeration with an <see cref="OperationCanceledException"/>.
    /// </param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
    public IEnumerable<ImageBatch> Load(IEnumerable<BatchPlan> plans, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plans);
        return Enumerate(plans, cancellation);
    }

    private IEnumerable<ImageBatch> Enumerate(IEnumerable<BatchPlan> plans, CancellationToken cancellation)
    {
        using var crew = new LoaderWorkers(workers, LoadOne);
        using var plan = plans.GetEnumerator();
        var free = new Queue<ImageBatch>(buffers());
        var ahead = new Queue<ImageBatch>();
        var held = new Queue<ImageBatch>();
        bool more = true;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            while (more && free.Count > 0 && (more = plan.MoveNext()))
            {
                ImageBatch next = free.Dequeue();
                AwaitFree?.Invoke(next.Slot);
                next.Start(plan.Current, clear: !substituteUnreadable);
                crew.Post(next);
                ahead.Enqueue(next);
            }

            if (!ahead.TryDequeue(out ImageBatch? batch))
            {
                yield break;
            }

            WaitTime += crew.Await(batch, cancellation);
            yield return batch;
            held.Enqueue(batch);
            if (held.Count >= ValidBatches)
            {
                free.Enqueue(held.Dequeue());
            }
        }
    }

    private void LoadOne(ImageBatch batch, int position)
    {
        if (Read(batch.Indices[position]) is not { } read)
        {
            batch.MarkUnreadable(position);
            return;
        }

        batch.Indices[position] = read.Index;
        batch.Sizes[position] = (read.Image.Width, read.Image.Height);
        if (KeepsImages)
        {
            batch.Keep(position, read.Image);
            images.Recycle(read.Index, read.Image);
            return;
        }

        var address = new SampleAddress(batch.Epoch, read.Index, position, batch.Indices.Length);
        write(read.Image, address, batch);
        if (recyclesImages)
        {
            images.Recycle(read.Index, read.Image);
        }
    }

    /// <summary>
    /// Reads an image. If it is unreadable, returns the next readable one or null, depending on
    /// <see cref="substituteUnreadable"/>.
    /// </summary>
    private (int Index, RgbImage Image)? Read(int index)
    {
        int tries = substituteUnreadable ? images.Count : 1;
        for (int i = 0; i < tries; i++)
        {
            int candidate = (int)(((long)index + i) % images.Count);
            if (TryRead(candidate) is { } image)
            {
                return (candidate, image);
            }
        }

        return substituteUnreadable
            ? throw new DataException($"'{images.Name}': none of {images.Count} images can be read")
            : null;
    }

    private RgbImage? TryRead(int index)
    {
        if (unreadable.ContainsKey(index))
        {
            return null;
        }

        try
        {
            return images.Read(index);
        }
        catch (UnreadableImageException error)
        {
            unreadable[index] = true;
            skipped.Add(error);
            return null;
        }
    }
}
