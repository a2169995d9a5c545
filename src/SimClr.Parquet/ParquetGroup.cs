using Parquet;
using SimClr.Embeddings;

namespace SimClr.Parquet;

/// <summary>Rows collected to be written as one row group.</summary>
internal sealed class ParquetGroup(ParquetColumns columns, int dimension, int capacity)
{
    private readonly List<string> paths = [];
    private readonly List<int> widths = [];
    private readonly List<int> heights = [];
    private readonly List<string> labels = [];
    private readonly List<float> values = [];

    public bool IsFull => paths.Count == capacity;

    public bool IsEmpty => paths.Count == 0;

    public void Add(EmbeddingTable table, int row)
    {
        paths.Add(table.Paths[row]);
        values.AddRange(table[row]);
        if (table is { Widths: { } width, Heights: { } height })
        {
            widths.Add(width[row]);
            heights.Add(height[row]);
        }

        if (table.LabelOf(row) is { } label)
        {
            labels.Add(label);
        }
    }

    /// <summary>Writes the rows as a row group and clears them.</summary>
    public async Task WriteAsync(ParquetWriter writer)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(columns.Path!, paths).ConfigureAwait(false);
        if (columns is { Width: { } width, Height: { } height })
        {
            await group.WriteAsync<int>(width, widths.ToArray().AsMemory()).ConfigureAwait(false);
            await group.WriteAsync<int>(height, heights.ToArray().AsMemory()).ConfigureAwait(false);
        }

        if (columns.Label is { } label)
        {
            await group.WriteAsync(label, labels).ConfigureAwait(false);
        }

        // A list begins where the repetition level is 0 and continues where it is 1.
        int[] levels = new int[values.Count];
        Array.Fill(levels, 1);
        for (int i = 0; i < levels.Length; i += dimension)
        {
            levels[i] = 0;
        }

        // No list is empty and no value is missing: every value has the maximum definition level.
        int[] defined = new int[values.Count];
        Array.Fill(defined, columns.Embedding!.MaxDefinitionLevel);
        await group.WriteAllPartsAsync<float>(columns.Embedding, values.ToArray(), defined, levels, default)
            .ConfigureAwait(false);
        group.CompleteValidate();
        paths.Clear();
        widths.Clear();
        heights.Clear();
        labels.Clear();
        values.Clear();
    }
}
