using System.Runtime.ExceptionServices;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Decodes sets that fit into memory once, before training.</summary>
internal static class ImageCache
{
    private const int Probes = 32;

    /// <summary>
    /// Decodes a set into memory in parallel, or returns it unchanged, as <see cref="DataOptions.Cache"/> says. With
    /// <c>auto</c> it is decoded when it takes, judged by up to 32 evenly spread images, no more than a quarter of the
    /// memory there is. Images that cannot be read stay in the set as unreadable ones, so that a run is the same with
    /// and without.
    /// </summary>
    /// <param name="images">The set.</param>
    /// <param name="options">Whether to decode, and with how many threads.</param>
    /// <param name="skipped">Takes the images that cannot be read.</param>
    /// <param name="progress">Told now and then how many images are done.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="DataException">Too many images, or all, cannot be read.</exception>
    public static ImageDataSet Load(
        ImageDataSet images,
        DataOptions options,
        SkippedImages skipped,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(skipped);
        if (images.IsDecoded || options.Cache == DataCache.Never || (options.Cache == DataCache.Auto && !Fits(images)))
        {
            return images;
        }

        int done = 0;
        int stride = Math.Max(1, images.Count / 200);
        RgbImage?[] decoded = Decode(images, 0, images.Count, options.Workers, skipped, Report, cancellation);
        skipped.CheckAll();
        if (decoded.All(image => image is null))
        {
            throw new DataException($"'{images.Name}': none of {images.Count} images can be read");
        }

        return new CachedDataSet(images, decoded);

        void Report()
        {
            int now = Interlocked.Increment(ref done);
            if (now % stride == 0 || now == images.Count)
            {
                progress?.Report(now);
            }
        }
    }

    private static bool Fits(ImageDataSet images)
        => EstimateBytes(images) <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>What the decoded set takes, judged by evenly spread images.</summary>
    internal static long EstimateBytes(ImageDataSet images)
    {
        int probes = Math.Min(Probes, images.Count);
        (long bytes, int read) = (0, 0);
        for (int i = 0; i < probes; i++)
        {
            try
            {
                bytes += images.Read((int)((long)i * images.Count / probes)).Pixels.Length;
                read++;
            }
            catch (UnreadableImageException)
            {
                // Noted when it is decoded in earnest.
            }
        }

        return read == 0 ? 0 : bytes / read * images.Count;
    }

    /// <summary>Reads a range of a set in parallel, in its order; null where an image cannot be read.</summary>
    /// <param name="images">The set.</param>
    /// <param name="from">The first image.</param>
    /// <param name="count">How many.</param>
    /// <param name="workers">Threads; 0 for one per core.</param>
    /// <param name="skipped">Takes the images that cannot be read.</param>
    /// <param name="done">Called after each image, by the thread that read it.</param>
    /// <param name="cancellation">Stops the reading.</param>
    internal static RgbImage?[] Decode(
        ImageDataSet images,
        int from,
        int count,
        int workers,
        SkippedImages skipped,
        Action done,
        CancellationToken cancellation)
    {
        var decoded = new RgbImage?[count];
        var options = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = ComputeThreads.WorkersOf(workers),
        };
        try
        {
            Parallel.For(0, count, options, i =>
            {
                decoded[i] = ReadOrSkip(images, from + i, skipped);
                done();
            });
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]);
        }

        return decoded;
    }

    private static RgbImage? ReadOrSkip(ImageDataSet images, int index, SkippedImages skipped)
    {
        try
        {
            return images.Read(index);
        }
        catch (UnreadableImageException error)
        {
            skipped.Note(error);
            return null;
        }
    }
}
