using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Writes a set decoded into one file, which <see cref="DataSets.Open"/> opens: later runs read its pixels by
/// offset without decoding, also when it is larger than memory. Training from it gives the same views, bit for bit,
/// as from the set held decoded in memory, if every image could be read.
/// </summary>
public static class PackFile
{
    /// <summary>The extension by which a packed file is known before it is opened.</summary>
    public const string Extension = ".pack";

    private const int ImagesPerWorker = 4;

    /// <summary>
    /// Returns whether a file begins like a packed file, whatever its name; false if it cannot be read.
    /// </summary>
    /// <param name="path">The file.</param>
    public static bool IsPack(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return PackHeader.IsAtStartOf(path);
    }

    /// <summary>
    /// Packs a set: pixels, labels, class names, paths, fingerprint. Images that cannot be read are left out. The bytes
    /// do not depend on the number of threads; no more than a few images per thread are in memory at once.
    /// </summary>
    /// <param name="images">The set.</param>
    /// <param name="path">The file; written whole or not at all.</param>
    /// <param name="options">How many threads decode.</param>
    /// <param name="skipped">Takes the images that cannot be read.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellation">Stops, and leaves no file.</param>
    /// <returns>How many images are in the file.</returns>
    /// <exception cref="DataException">Too many images, or all, cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written: the disk may be full.</exception>
    public static int Write(
        ImageDataSet images,
        string path,
        DataOptions options,
        SkippedImages skipped,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(skipped);
        int written = 0;
        AtomicFile.Write(path, stream => written = Write(images, stream, options, skipped, progress, cancellation));
        return written;
    }

    /// <summary>The same into a stream that can seek, from where it stands.</summary>
    internal static int Write(
        ImageDataSet images,
        Stream stream,
        DataOptions options,
        SkippedImages skipped,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        long start = stream.Position;
        stream.Write(new byte[PackHeader.Length]);
        int workers = ComputeThreads.ResolveWorkers(options.Workers);
        var entries = new List<PackEntry>();
        var kept = new List<int>();
        for (int from = 0; from < images.Count; from += ImagesPerWorker * workers)
        {
            int count = Math.Min(ImagesPerWorker * workers, images.Count - from);
            RgbImage?[] decoded = ImageCache.Decode(images, from, count, workers, skipped, () => { }, cancellation);
            foreach ((int i, RgbImage? image) in decoded.Index().Where(pair => pair.Item is not null))
            {
                stream.Write(image!.Pixels);
                kept.Add(from + i);
                entries.Add(new PackEntry(image.Width, image.Height, images.Labels?[from + i] ?? -1, images.RelativePathOf(from + i)));
            }

            progress?.Report(from + count);
        }

        skipped.CheckAll();
        if (kept.Count == 0)
        {
            throw new DataException($"'{images.Name}': none of {images.Count} images can be read; there is nothing to pack");
        }

        // What is left of a set is another set.
        string fingerprint = kept.Count == images.Count ? images.Fingerprint : images.Subset(kept).Fingerprint;
        byte[] index = new PackIndex
        {
            Fingerprint = fingerprint,
            ClassNames = images.Labels is null && images.MultiLabels is null ? null : images.ClassNames,
            MultiLabels = images.MultiLabels is { } presence ? [.. kept.Select(image => presence[image])] : null,
            Entries = entries,
        }.ToBytes();
        long indexOffset = stream.Position - start;
        stream.Write(index);
        stream.Position = start;
        stream.Write(PackHeader.Create(indexOffset, index).ToBytes());
        return kept.Count;
    }
}
