using System.Collections.Concurrent;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Loads batches ahead of the one being used: worker threads decode images and write them into a ring of reused
/// buffers. Order and content depend on the plans alone, not on the number of workers.
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

    // By index in the loader's own set; the list of skipped images may be shared with a set that numbers them otherwise.
    private readonly ConcurrentDictionary<int, bool> unreadable = new();

    /// <summary>Makes a loader; threads run only while batches are being enumerated.</summary>
    /// <param name="images">The set.</param>
    /// <param name="floatsPerImage">Values per image, over all its views.</param>
    /// <param name="write">Writes one image into the batch.</param>
    /// <param name="skipped">Takes the images that cannot be read.</param>
    /// <param name="workers">Threads; 0 for one per core.</param>
    /// <param name="ring">Buffers: the one in use and those filled ahead.</param>
    /// <param name="substituteUnreadable">
    /// True (training): an unreadable image is replaced by the next readable one in the set. False (evaluation): it is
    /// marked as unreadable in the batch.
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

    /// <summary>As the public one, into memory that outlives every enumeration: one buffer per element of the ring.</summary>
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
        // What is written by others may keep the image.
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
        this.workers = ComputeThreads.WorkersOf(workers);
        this.substituteUnreadable = substituteUnreadable;
    }

    /// <summary>How long the consumer has waited for batches: near zero when loading keeps up.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether batches hold the decoded images themselves, and nothing is written.</summary>
    internal bool KeepsImages { get; init; }

    /// <summary>How many batches are valid at a time: the one that was handed out last (default), and others before it. Less than the ring.</summary>
    internal int Held { get; init; } = 1;

    /// <summary>Returns when the memory of a slot may be written again, where a device may still be reading it; called by the consumer's thread.</summary>
    internal Action<int>? AwaitFree { get; init; }

    /// <summary>
    /// Loads the planned batches in order. Plans are taken one by one, on the consumer's thread, at most
    /// <c>ring</c> ahead, so they may go on forever. The workers end with the enumeration, also when it is left early.
    /// </summary>
    /// <param name="plans">The batches.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="DataException">Too many images, or all, cannot be read.</exception>
    public IEnumerable<ImageBatch> Load(IEnumerable<BatchPlan> plans, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plans);
        return Enumerate(plans, cancellation);
    }

    private IEnumerable<ImageBatch> Enumerate(IEnumerable<BatchPlan> plans, CancellationToken cancellation)
    {
        using var crew = new LoaderCrew(workers, LoadOne);
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

            Waited += crew.Await(batch, cancellation);
            yield return batch;
            held.Enqueue(batch);
            if (held.Count >= Held)
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

    /// <summary>The image, or the next one that can be read, or null.</summary>
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
