using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>The colors of the pictures: dark enough on white, and distinguishable without red-green vision.</summary>
internal static class Ink
{
    public static readonly SKColor Paper = SKColors.White;
    public static readonly SKColor Text = SKColor.Parse("#1f2933");
    public static readonly SKColor Faint = SKColor.Parse("#66727f");
    public static readonly SKColor Line = SKColor.Parse("#dde2e7");
    public static readonly SKColor Right = SKColor.Parse("#2e9e5b");
    public static readonly SKColor Wrong = SKColor.Parse("#d1495b");

    private static readonly SKColor[] ViewColors =
        [SKColor.Parse("#1f6feb"), SKColor.Parse("#e8590c"), SKColor.Parse("#7048a8"), SKColor.Parse("#0b8f8c")];

    /// <summary>Returns the color of a view's crop; views count from 0.</summary>
    public static SKColor View(int number) => ViewColors[number % ViewColors.Length];
}
