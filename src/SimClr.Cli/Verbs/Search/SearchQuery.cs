using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Cli.Verbs;

/// <summary>The query of a search: a vector, and the path of its image, which is excluded from the results.</summary>
/// <param name="Vector">The representation.</param>
/// <param name="Path">The key in the index, if the image is in it.</param>
internal sealed record SearchQuery(ReadOnlyMemory<float> Vector, string Path)
{
    /// <summary>
    /// Resolves an image in the index, a row of an embeddings file, or an image file to embed with the index's encoder.
    /// </summary>
    /// <param name="context">The command line.</param>
    /// <param name="index">The index.</param>
    /// <param name="query">The query as typed.</param>
    /// <param name="row">The row of an embeddings file, counted from 0.</param>
    /// <param name="run">
    /// The encoder to use instead of the one recorded in the index; null for the recorded one.
    /// </param>
    /// <param name="changes">Changes to the options for reading images.</param>
    public static SearchQuery Resolve(
        CommandContext context, ImageCollection index, string query, long? row, string? run, string[]? changes)
    {
        if (run is not null)
        {
            // Rejects another encoder even if nothing needs to be embedded.
            IndexInputs.Encoder(context, index, run).Encoder.Dispose();
        }

        if (IndexCommand.IsEmbeddings(query))
        {
            return FromRow(context, query, row);
        }

        if (row is not null)
        {
            throw new ConfigurationException(
                $"--row: '{query}' is not an embeddings file (.npy, .csv, .parquet, "
                    + ".safetensors), and only those have rows");
        }

        return FindStored(index, query) ?? FromImage(context, index, query, run, changes);
    }

    private static SearchQuery FromRow(CommandContext context, string file, long? row)
    {
        EmbeddingTable table = EmbeddingsInputs.Read(file, context.WriteNote);
        long number = row ?? throw new ConfigurationException(
            $"--row is missing: {file} has {table.Count} rows; name one, 0 … {table.Count - 1}");
        return number < table.Count
            ? new SearchQuery(table[(int)number].ToArray(), ImageIndexing.KeyOf(table.Paths[(int)number]))
            : throw new ConfigurationException($"--row: got {number}, expected 0 … {table.Count - 1}, a row of {file}");
    }

    private static SearchQuery? FindStored(ImageCollection index, string query)
    {
        foreach (string key in new[] { query, FullPath(query) }.Distinct())
        {
            var options = new Microsoft.Extensions.VectorData.RecordRetrievalOptions { IncludeVectors = true };
            if (index.GetAsync(key, options).GetAwaiter().GetResult() is { } record)
            {
                return new SearchQuery(record.Vector, record.Path);
            }
        }

        return null;
    }

    private static SearchQuery FromImage(
        CommandContext context, ImageCollection index, string query, string? run, string[]? changes)
    {
        if (!File.Exists(query))
        {
            throw new DataException(
                $"'{query}' is neither an image in {index.Name} nor a file (looked for "
                    + $"{FullPath(query)}); expected an image");
        }

        (TrainedEncoder encoder, string place) = IndexInputs.Encoder(context, index, run);
        using (encoder)
        {
            DataOptions reading = EncoderInput.ReadingOf(place, changes);
            using var image = ImageDataSet.FromFiles([FullPath(query)], options: reading, name: query);
            try
            {
                image.Read(0);
            }
            catch (UnreadableImageException error)
            {
                throw new DataException($"'{query}' cannot be read as an image: {error.Reason}", error);
            }

            return new SearchQuery(
                Embedder.Embed(encoder, image, reading, cancellation: context.Cancel)[0].ToArray(), FullPath(query));
        }
    }

    private static string FullPath(string query) => System.IO.Path.GetFullPath(query);
}
