using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// The cell positions of a contact sheet. An image and its views form a block in one row; a row holds as many blocks as
/// fit.
/// </summary>
/// <param name="ViewSize">The side of a view in its own pixels.</param>
/// <param name="Count">The number of images.</param>
/// <param name="ViewsPerImage">The number of views per image.</param>
internal sealed record ContactSheetLayout(int ViewSize, int Count, int ViewsPerImage)
{
    public const float TextSize = 13;
    private const int SmallSide = 96;
    private const int MaxSide = 256;
    private const int MaxSmallSide = 128;
    private const int PageWidth = 1020;
    private const int ScreenWidth = 1480;
    private const int Margin = 24;
    private const int Head = 24;
    private const int FootHeight = 24;
    private const int Gap = 6;
    private const int BlockGap = 32;

    /// <summary>The side of a cell: the side of a view, enlarged by an integer factor if the view is small.</summary>
    public int Side { get; } = Math.Min(
        MaxSide, ViewSize * Math.Max(1, (int)Math.Round((double)SmallSide / ViewSize, MidpointRounding.AwayFromZero)));

    /// <summary>The number of blocks per row.</summary>
    public int Across => Math.Clamp((MaxWidth - (2 * Margin) + BlockGap) / (Block + BlockGap), 1, Count);

    public int Width => (2 * Margin) + (Across * (Block + BlockGap)) - BlockGap;

    public int Height => (2 * Margin) + Head + (Rows * (Side + RowGap)) - RowGap + FootHeight;

    /// <summary>The left end of the bottom line of text.</summary>
    public SKPoint Foot => new(Margin, Height - Margin);

    /// <summary>The maximum width. Sheets of small images fit a page at full size, where they stay crisp.</summary>
    private int MaxWidth => Side <= MaxSmallSide ? PageWidth : ScreenWidth;

    private int Rows => (Count + Across - 1) / Across;

    private int RowGap => Gap + (Side / 16);

    private int Block => ((ViewsPerImage + 1) * (Side + Gap)) - Gap;

    /// <summary>Returns the cell of an image (0) or of one of its views (1, 2, …).</summary>
    public SKRectI Cell(int number, int cell) => SKRectI.Create(
        Margin + (number % Across * (Block + BlockGap)) + (cell * (Side + Gap)),
        Margin + Head + (number / Across * (Side + RowGap)),
        Side,
        Side);
}
