using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>The cell positions of a picture of neighbors.</summary>
/// <param name="Side">The side of a cell.</param>
/// <param name="Queries">The number of rows.</param>
/// <param name="Sources">The number of column groups.</param>
/// <param name="Neighbors">The number of columns per group.</param>
/// <param name="Captions">Whether names appear below the images.</param>
internal sealed record NeighborLayout(int Side, int Queries, int Sources, int Neighbors, bool Captions)
{
    public const int StandardSide = 112;
    public const int HeadBaseline = Margin + 22;
    private const int Margin = 28;
    private const int Head = 84;
    private const int Gap = 26;
    private const int GroupGap = 44;

    public int Width => (2 * Margin) + Side + (Sources * (GroupGap + (Math.Max(1, Neighbors) * (Side + Gap)) - Gap));

    public int Height => (2 * Margin) + Head + (Queries * RowHeight) - (Captions ? 10 : Gap);

    /// <summary>The maximum width in pixels of the text below an image.</summary>
    public int CaptionWidth => Side + Gap - 6;

    private int RowHeight => Side + (Captions ? 56 : Gap);

    /// <summary>Returns the cell of a query.</summary>
    public SKRectI Query(int row) => SKRectI.Create(Margin, Margin + Head + (row * RowHeight), Side, Side);

    /// <summary>Returns the cell of a neighbor.</summary>
    public SKRectI Neighbor(int source, int row, int column)
    {
        int group = Margin + Side + GroupGap + (source * (GroupGap + (Math.Max(1, Neighbors) * (Side + Gap)) - Gap));
        return SKRectI.Create(group + (column * (Side + Gap)), Query(row).Top, Side, Side);
    }
}
