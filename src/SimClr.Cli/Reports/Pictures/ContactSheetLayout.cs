using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// Where a contact sheet has its cells: image and views side by side make a block, as many blocks side by side as fit.
/// </summary>
/// <param name="ViewSize">Side of a view in its own pixels.</param>
/// <param name="Count">Images.</param>
/// <param name="ViewsPerImage">Views of each.</param>
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

    /// <summary>Side of a cell: the view's, times a whole number where it is small.</summary>
    public int Side { get; } = Math.Min(
        MaxSide, ViewSize * Math.Max(1, (int)Math.Round((double)SmallSide / ViewSize, MidpointRounding.AwayFromZero)));

    /// <summary>Blocks side by side.</summary>
    public int Across => Math.Clamp((MaxWidth - (2 * Margin) + BlockGap) / (Block + BlockGap), 1, Count);

    public int Width => (2 * Margin) + (Across * (Block + BlockGap)) - BlockGap;

    public int Height => (2 * Margin) + Head + (Rows * (Side + RowGap)) - RowGap + FootHeight;

    /// <summary>The left end of the last line of text.</summary>
    public SKPoint Foot => new(Margin, Height - Margin);

    /// <summary>Small images fit a page at full size, on which they stay crisp.</summary>
    private int MaxWidth => Side <= MaxSmallSide ? PageWidth : ScreenWidth;

    private int Rows => (Count + Across - 1) / Across;

    private int RowGap => Gap + (Side / 16);

    private int Block => ((ViewsPerImage + 1) * (Side + Gap)) - Gap;

    /// <summary>The square of an image (0) or of one of its views (1, 2, …).</summary>
    public SKRectI Cell(int number, int cell) => SKRectI.Create(
        Margin + (number % Across * (Block + BlockGap)) + (cell * (Side + Gap)),
        Margin + Head + (number / Across * (Side + RowGap)),
        Side,
        Side);
}
