using System.Text.Json;
using Parquet;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Parquet;

/// <summary>
/// Embeddings as Parquet: the columns <c>path</c> (text), <c>width</c> and <c>height</c> (32-bit integers, if known),
/// <c>label</c> (text: the class name, if there are classes) and <c>embedding</c> (a list of float32). The metadata
/// entry <c>class_names</c> is a JSON array of class names in the order of their numbers.
/// </summary>
public sealed class ParquetFormat : IEmbeddingFormat
{
    private const string ClassNames = "class_names";
    private const int NumbersPerGroup = 1 << 22;
    private const long SmallFile = 1 << 26;   // Cannot exhaust memory unless its contents are falsified.

    /// <inheritdoc/>
    public string Extension => ".parquet";

    /// <inheritdoc/>
    public EmbeddingTable Read(string path)
    {
        try
        {
            return ReadAsync(path).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (SimClrException or UnauthorizedAccessException)
            && (error is not OutOfMemoryException || FileSize.Get(path) < SmallFile))
        {
            throw new DataException(
                $"{path}: this is not a Parquet file of embeddings, or it was cut short ({error.Message})", error);
        }
    }

    /// <inheritdoc/>
    public void Write(string path, EmbeddingRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        AtomicFile.Write(path, stream => WriteAsync(stream, rows).GetAwaiter().GetResult());
    }

    private static async Task WriteAsync(Stream stream, EmbeddingRows rows)
    {
        var columns = new ParquetColumns(rows.HasSizes, rows.HasLabels);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(columns.Schema, stream)
            .ConfigureAwait(false);
        if (rows.ClassNames is { } names && rows.HasLabels)
        {
            writer.CustomMetadata = new Dictionary<string, string>
            {
                [ClassNames] = JsonSerializer.Serialize(names, Json.Plain),
            };
        }

        // Row groups have a fixed number of rows, regardless of the blocks.
        var group = new ParquetGroup(columns, rows.Dimension, Math.Max(1, NumbersPerGroup / rows.Dimension));
        foreach (EmbeddingTable block in rows.Blocks())
        {
            for (int row = 0; row < block.Count; row++)
            {
                group.Add(block, row);
                if (group.IsFull)
                {
                    await group.WriteAsync(writer).ConfigureAwait(false);
                }
            }
        }

        if (!group.IsEmpty)
        {
            await group.WriteAsync(writer).ConfigureAwait(false);
        }
    }

    private static async Task<EmbeddingTable> ReadAsync(string path)
    {
        await using Stream stream = CheckedParquet.Open(path, ParquetColumns.Names);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream).ConfigureAwait(false);
        ParquetColumns columns = ParquetColumns.FromSchema(reader.Schema, path);
        var table = new ParquetTable(path, columns);
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            await table.AddAsync(group).ConfigureAwait(false);
        }

        reader.CustomMetadata.TryGetValue(ClassNames, out string? names);
        return table.ToTable(names is null ? null : JsonSerializer.Deserialize<string[]>(names, Json.Plain));
    }
}
