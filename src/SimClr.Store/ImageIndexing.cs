using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Store;

/// <summary>How much came into an index.</summary>
/// <param name="Added">Images added.</param>
/// <param name="Present">Images that were in it before: they are left as they are.</param>
/// <param name="Skipped">Images that could not be read.</param>
public sealed record IndexingResult(int Added, int Present, int Skipped);

/// <summary>Brings images and embeddings into an index, a batch per transaction: what was interrupted goes on where it stopped.</summary>
public static class ImageIndexing
{
    private const int ImagesAtOnce = 512;
    private const int RowsAtOnce = 8192;

    /// <summary>Embeds the images that are not in the index yet, and adds them.</summary>
    /// <param name="collection">The index.</param>
    /// <param name="encoder">The encoder that made its vectors.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="skipped">Where unreadable images are listed.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellation">Stops between batches; what is added stays.</param>
    /// <exception cref="DataException">Too many images cannot be read, or the vectors do not fit.</exception>
    public static async Task<IndexingResult> AddAsync(
        ImageCollection collection,
        TrainedEncoder encoder,
        ImageDataSet images,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(images);
        skipped ??= new SkippedImages(images, options);
        (int added, int present) = (0, 0);
        for (int first = 0; first < images.Count; first += ImagesAtOnce)
        {
            int[] batch = [.. Enumerable.Range(first, Math.Min(ImagesAtOnce, images.Count - first))];
            IReadOnlySet<string> known = await collection.GetExistingPathsAsync(batch.Select(i => KeyOf(images.PathOf(i))), cancellation).ConfigureAwait(false);
            int[] fresh = [.. batch.Where(i => !known.Contains(KeyOf(images.PathOf(i))))];
            present += batch.Length - fresh.Length;
            if (fresh.Length > 0 && Embed(encoder, images, fresh, options, skipped, cancellation) is { } table)
            {
                await collection.UpsertAsync(Records(table), cancellation).ConfigureAwait(false);
                added += table.Count;
            }

            progress?.Report(first + batch.Length);
        }

        return new IndexingResult(added, present, skipped.Count);
    }

    /// <summary>Adds the rows of a table whose images are not in the index yet.</summary>
    /// <inheritdoc cref="AddAsync(ImageCollection, TrainedEncoder, ImageDataSet, DataOptions, SkippedImages, IProgress{int}, CancellationToken)"/>
    public static async Task<IndexingResult> AddAsync(
        ImageCollection collection, EmbeddingTable table, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(table);
        int added = 0;
        int done = 0;
        foreach (ImageRecord[] batch in Records(table).Chunk(RowsAtOnce))
        {
            IReadOnlySet<string> known = await collection.GetExistingPathsAsync(batch.Select(record => record.Path), cancellation).ConfigureAwait(false);
            ImageRecord[] fresh = [.. batch.Where(record => !known.Contains(record.Path)).DistinctBy(record => record.Path)];
            await collection.UpsertAsync(fresh, cancellation).ConfigureAwait(false);
            added += fresh.Length;
            done += batch.Length;
            progress?.Report(done);
        }

        return new IndexingResult(added, table.Count - added, 0);
    }

    /// <summary>The key of an image: the whole path of a file, so that it is found from any folder.</summary>
    public static string KeyOf(string path) => File.Exists(path) ? Path.GetFullPath(path) : path;

    private static IEnumerable<ImageRecord> Records(EmbeddingTable table)
        => Enumerable.Range(0, table.Count).Select(row => new ImageRecord
        {
            Path = KeyOf(table.Paths[row]),
            Width = table.Widths?[row] is > 0 and { } width ? width : null,
            Height = table.Heights?[row] is > 0 and { } height ? height : null,
            Label = table.LabelOf(row),
            Vector = table[row].ToArray(),
        });

    private static EmbeddingTable? Embed(
        TrainedEncoder encoder, ImageDataSet images, int[] batch, DataOptions? options, SkippedImages skipped, CancellationToken cancellation)
    {
        int before = skipped.Count;
        try
        {
            return Embedder.Embed(encoder, images.Subset(batch), options, skipped, cancellation: cancellation);
        }
        catch (DataException) when (skipped.Count - before == batch.Length && skipped.Count < images.Count)
        {
            skipped.CheckAll();
            return null;   // None of these can be read; others can.
        }
    }
}
