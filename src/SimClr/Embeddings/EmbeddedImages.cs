namespace SimClr.Embeddings;

/// <summary>Tables of embedded images.</summary>
public static class EmbeddedImages
{
    /// <summary>
    /// Collects embeddings in one table in memory, in order. Classes are numbered in the order of
    /// <see cref="EmbeddingTable.OrderClasses"/>.
    /// </summary>
    /// <param name="images">The embeddings, as <see cref="ImageEmbedder"/> returns them.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    /// <exception cref="DataException">There are no images, or more than a table can hold.</exception>
    public static async Task<EmbeddingTable> ToTableAsync(
        this IAsyncEnumerable<EmbeddedImage> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var all = new List<EmbeddedImage>();
        await foreach (EmbeddedImage image in images.WithCancellation(cancellation).ConfigureAwait(false))
        {
            all.Add(image);
        }

        if (all.Count == 0)
        {
            throw new DataException("there are no embeddings to put into a table; expected at least one image");
        }

        int dimension = all[0].Vector.Length;
        float[] values = (long)all.Count * dimension <= Array.MaxLength ? new float[all.Count * dimension]
            : throw new DataException(
                $"{all.Count} rows of {dimension} values exceed the limit of a table in memory "
                    + $"({Array.MaxLength} values); EmbeddingTask.Run writes them to a file");
        for (int row = 0; row < all.Count; row++)
        {
            all[row].Vector.CopyTo(values.AsSpan(row * dimension));
        }

        return EmbeddingTable.WithClasses(
            values,
            dimension,
            [.. all.Select(image => image.Path)],
            [.. all.Select(image => image.Label)],
            EmbeddingTable.OrderClasses,
            [.. all.Select(image => image.Width)],
            [.. all.Select(image => image.Height)]);
    }
}
