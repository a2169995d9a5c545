using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Store;

/// <summary>The result of adding images to an index.</summary>
/// <param name="Added">The number of images added.</param>
/// <param name="Present">The number of images that were already in the index. They are unchanged.</param>
/// <param name="Skipped">The number of images that could not be read.</param>
public sealed record IndexingResult(int Added, int Present, int Skipped);

/// <summary>
/// Addition of images and embeddings to an index, one batch per transaction. An interrupted run continues where it
/// stopped.
/// </summary>
public static class ImageIndexing
{
    private const int ImagesAtOnce = 512;
    private const int RowsAtOnce = 8192;

    /// <summary>Embeds and adds the images that are not yet in the index.</summary>
    /// <param name="collection">The index.</param>
    /// <param name="encoder">The encoder of the index's vectors.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">The options for reading images, or null for the defaults.</param>
    /// <param name="skipped">The list that receives unreadable images.</param>
    /// <param name="progress">Receives the number of images processed.</param>
    /// <param name="cancellation">Stops the work between batches. Images already added are kept.</param>
    /// <exception cref="DataException">
    /// Too many images cannot be read, or the vectors do not match the index.
    /// </exception>
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
            IReadOnlySet<string> known = await collection.GetExistingPathsAsync(
                batch.Select(i => KeyOf(images.PathOf(i))), cancellation).ConfigureAwait(false);
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

    /// <summary>Adds the rows of a table whose images are not yet in the index.</summary>
    /// <param name="collection">The index.</param>
    /// <param name="table">The embeddings.</param>
    /// <param name="progress">Receives the number of rows processed.</param>
    /// <param name="cancellation">Stops the work between batches. Images already added are kept.</param>
    /// <exception cref="DataException">The vectors do not match the index.</exception>
    public static async Task<IndexingResult> AddAsync(
        ImageCollection collection,
        EmbeddingTable table,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(table);
        int added = 0;
        int done = 0;
        foreach (ImageRecord[] batch in Records(table).Chunk(RowsAtOnce))
        {
            IReadOnlySet<string> known = await collection.GetExistingPathsAsync(
                batch.Select(record => record.Path), cancellation).ConfigureAwait(false);
            ImageRecord[] fresh = [.. batch.Where(record => !known.Contains(record.Path))
                .DistinctBy(record => record.Path)];
            await collection.UpsertAsync(fresh, cancellation).ConfigureAwait(false);
            added += fresh.Length;
            done += batch.Length;
            progress?.Report(done);
        }

        return new IndexingResult(added, table.Count - added, 0);
    }

    /// <summary>
    /// Returns the key of an image: the full path of a file, so that it can be found from any folder.
    /// </summary>
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
        TrainedEncoder encoder,
        ImageDataSet images,
        int[] batch,
        DataOptions? options,
        SkippedImages skipped,
        CancellationToken cancellation)
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
