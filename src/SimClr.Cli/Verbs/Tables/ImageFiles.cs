using SimClr.Duplicates;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>The files behind the rows of a table, and their properties.</summary>
internal sealed class ImageFiles
{
    private readonly string?[] files;
    private readonly ImageFacts?[] facts;

    public ImageFiles(EmbeddingTable table, RowImages images)
    {
        files = [.. Enumerable.Range(0, table.Count).AsParallel().AsOrdered().Select(images.FileOf)];
        facts = [.. Enumerable.Range(0, table.Count).AsParallel().AsOrdered().Select(row => FactsOf(table, row))];
    }

    /// <summary>The dimensions and length of each row's file; null if there is none.</summary>
    public IReadOnlyList<ImageFacts?> Facts => facts;

    /// <summary>Whether the files of two rows are identical byte by byte.</summary>
    public bool Identical(int one, int other)
        => files[one] is { } a
            && files[other] is { } b
            && facts[one]?.Bytes == facts[other]?.Bytes
            && ImageFacts.Identical(a, b);

    private ImageFacts? FactsOf(EmbeddingTable table, int row)
    {
        (int, int)? size = table.Widths is { } widths && table.Heights is { } heights
            ? (widths[row], heights[row])
            : null;
        return files[row] is { } file ? ImageFacts.Read(file, size)
            : size is { } pixels ? new ImageFacts(pixels.Item1, pixels.Item2, 0) : null;
    }
}
