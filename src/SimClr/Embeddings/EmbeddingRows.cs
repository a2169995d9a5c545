namespace SimClr.Embeddings;

/// <summary>Embeddings that need not be in memory all at once: small tables, one after another, as often as they are asked for.</summary>
public sealed class EmbeddingRows
{
    private readonly Func<IEnumerable<EmbeddingTable>> blocks;

    internal EmbeddingRows(EmbeddingTable first, long count, Func<IEnumerable<EmbeddingTable>> blocks)
    {
        Dimension = first.Dimension;
        ClassNames = first.ClassNames;
        HasLabels = first.Labels is not null;
        HasSizes = first.Widths is not null;
        Count = count;
        this.blocks = blocks;
    }

    /// <summary>Number of rows.</summary>
    public long Count { get; }

    /// <summary>Numbers per row.</summary>
    public int Dimension { get; }

    /// <summary>Whether every row has a label.</summary>
    public bool HasLabels { get; }

    /// <summary>Whether the size of every image is known.</summary>
    public bool HasSizes { get; }

    /// <summary>The classes by number, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>Whether rows of another file go before these: a format whose files can be joined end to end leaves its heading out.</summary>
    internal bool Continues { get; init; }

    /// <summary>The rows of one table.</summary>
    public static EmbeddingRows FromTable(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new EmbeddingRows(table, table.Count, () => [table]);
    }

    /// <summary>The rows in order. The tables are valid one at a time, and of any length.</summary>
    public IEnumerable<EmbeddingTable> Blocks() => blocks();
}
