using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Writes a decoded data set to a single file, which <see cref="DataSets.Open"/> opens. Later runs read its pixels by
/// offset without decoding, even if the file is larger than memory. Training from it produces the same views, bit for
/// bit, as training from the set held decoded in memory, provided that every image could be read.
/// </summary>
public static class PackFile
{
    /// <summary>The extension of packed files.</summary>
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
    /// Packs a data set: pixels, labels, class names, paths and fingerprint. Images that cannot be read are left out.
    /// The bytes of the file do not depend on the number of threads, and only a few images per thread are in memory at
    /// once.
    /// </summary>
    /// <param name="images">The data set.</param>
    /// <param name="path">The file; written completely or not at all.</param>
    /// <param name="options">The options with the number of decoding threads.</param>
    /// <param name="skipped">The list to which unreadable images are added.</param>
    /// <param name="progress">The receiver of the number of finished images.</param>
    /// <param name="cancellation">A token that cancels the packing; no file is left.</param>
    /// <returns>The number of images in the file.</returns>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
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

    /// <summary>Packs a data set into a seekable stream, from its current position.</summary>
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
                entries.Add(new PackEntry(
                    image.Width, image.Height, images.Labels?[from + i] ?? -1, images.RelativePathOf(from + i)));
            }

            progress?.Report(from + count);
        }

        skipped.CheckAll();
        if (kept.Count == 0)
        {
            throw new DataException(
                $"'{images.Name}': none of {images.Count} images can be read; there is nothing to pack");
        }

        // Without its unreadable images, this is a different set.
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
