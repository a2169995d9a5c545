using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Draws short texts into pictures, in a sans-serif typeface available on the machine.</summary>
internal static class Lettering
{
    private static readonly string[] Families =
        ["Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", "Noto Sans", "DejaVu Sans", "Arial"];

    private static readonly SKTypeface Regular = Find(SKFontStyle.Normal);
    private static readonly SKTypeface Bold = Find(SKFontStyle.Bold);

    /// <summary>The font family in use.</summary>
    public static string Family => Regular.FamilyName;

    /// <summary>Draws one line of text.</summary>
    /// <param name="canvas">The target.</param>
    /// <param name="text">The text, shortened with an ellipsis if it is too long.</param>
    /// <param name="at">
    /// The left end, middle or right end of the baseline, according to <paramref name="align"/>.
    /// </param>
    /// <param name="size">The font size in pixels.</param>
    /// <param name="color">The color.</param>
    /// <param name="align">The meaning of <paramref name="at"/>.</param>
    /// <param name="width">The maximum width in pixels.</param>
    /// <param name="bold">Whether the text is bold.</param>
    public static void Write(
        SKCanvas canvas,
        string text,
        SKPoint at,
        float size,
        SKColor color,
        SKTextAlign align = SKTextAlign.Left,
        float width = float.MaxValue,
        bool bold = false)
    {
        using SKFont font = FontFor(text, size, bold);
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(Fit(text, font, width), at.X, at.Y, align, font, paint);
    }

    /// <summary>Returns the width of a text in pixels.</summary>
    public static float Measure(string text, float size, bool bold = false)
    {
        using SKFont font = FontFor(text, size, bold);
        return font.MeasureText(text);
    }

    private static string Fit(string text, SKFont font, float width)
    {
        string fitting = text;
        for (int length = text.Length - 1; length > 0 && font.MeasureText(fitting) > width; length--)
        {
            fitting = text[..length].TrimEnd() + "…";
        }

        return fitting;
    }

    private static SKFont FontFor(string text, float size, bool bold)
    {
        SKTypeface face = bold ? Bold : Regular;
        var font = new SKFont(face, size)
        {
            Subpixel = true,
            Edging = SKFontEdging.Antialias,
            Hinting = SKFontHinting.None,
        };
        if (!font.ContainsGlyphs(text))
        {
            // Class names may be in a script that the default typeface lacks.
            int letter = text.EnumerateRunes().FirstOrDefault(rune => !font.ContainsGlyph(rune.Value)).Value;
            font.Typeface = SKFontManager.Default.MatchCharacter(letter) ?? face;
        }

        return font;
    }

    private static SKTypeface Find(SKFontStyle style)
        => Families.Select(family => Match(family, style)).FirstOrDefault(face => face is not null)
            ?? SKTypeface.Default;

    /// <summary>Returns a typeface of this family only; a font manager may substitute another family.</summary>
    private static SKTypeface? Match(string family, SKFontStyle style)
        => SKFontManager.Default.MatchFamily(family, style) is { } face
            && face.FamilyName.Equals(family, StringComparison.OrdinalIgnoreCase) ? face : null;
}
