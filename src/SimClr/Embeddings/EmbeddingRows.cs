namespace SimClr.Embeddings;

/// <summary>
/// A sequence of embeddings that need not fit in memory: small tables, one after another, that can be enumerated
/// repeatedly.
/// </summary>
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

    /// <summary>The number of rows.</summary>
    public long Count { get; }

    /// <summary>The number of values per row.</summary>
    public int Dimension { get; }

    /// <summary>Whether every row has a label.</summary>
    public bool HasLabels { get; }

    /// <summary>Whether the size of every image is known.</summary>
    public bool HasSizes { get; }

    /// <summary>The class names by number, or null.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>
    /// Whether rows of another file precede these. A format whose files can be concatenated then omits its header.
    /// </summary>
    internal bool Continues { get; init; }

    /// <summary>Creates a sequence of the rows of one table.</summary>
    public static EmbeddingRows FromTable(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new EmbeddingRows(table, table.Count, () => [table]);
    }

    /// <summary>
    /// Returns the rows in order, as tables of any length. Each table is valid until the next is requested.
    /// </summary>
    public IEnumerable<EmbeddingTable> Blocks() => blocks();
}
