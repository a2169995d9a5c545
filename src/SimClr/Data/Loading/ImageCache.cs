using System.Runtime.ExceptionServices;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Decodes data sets that fit into memory once, before training.</summary>
internal static class ImageCache
{
    private const int Probes = 32;

    /// <summary>
    /// Decodes a data set into memory in parallel, or returns it unchanged, depending on
    /// <see cref="DataOptions.Cache"/>. With <c>auto</c>, the set is decoded if its size, estimated from up to 32
    /// evenly spaced images, is at most a quarter of the available memory. Unreadable images stay in the set as such,
    /// so that a run is the same with and without the cache.
    /// </summary>
    /// <param name="images">The data set.</param>
    /// <param name="options">The options that say whether to decode and with how many threads.</param>
    /// <param name="skipped">The list to which unreadable images are added.</param>
    /// <param name="progress">The receiver of the number of finished images, called from time to time.</param>
    /// <param name="cancellation">A token that cancels the decoding.</param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
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

    /// <summary>Estimates the size of the decoded set in bytes from evenly spaced images.</summary>
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
                // Recorded when the set is decoded.
            }
        }

        return read == 0 ? 0 : bytes / read * images.Count;
    }

    /// <summary>
    /// Reads a range of a data set in parallel. The result is in the order of the set, with null for each image that
    /// cannot be read.
    /// </summary>
    /// <param name="images">The data set.</param>
    /// <param name="from">The index of the first image.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="workers">The number of threads; 0 means one per core.</param>
    /// <param name="skipped">The list to which unreadable images are added.</param>
    /// <param name="done">The action called after each image, on the thread that read it.</param>
    /// <param name="cancellation">A token that cancels the reading.</param>
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
            MaxDegreeOfParallelism = ComputeThreads.ResolveWorkers(workers),
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
            skipped.TryAdd(error);
            return null;
        }
    }
}
