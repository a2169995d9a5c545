using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>Writes short texts into pictures, in a sans-serif face that the machine has.</summary>
internal static class Lettering
{
    private static readonly string[] Families =
        ["Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", "Noto Sans", "DejaVu Sans", "Arial"];

    private static readonly SKTypeface Regular = Find(SKFontStyle.Normal);
    private static readonly SKTypeface Bold = Find(SKFontStyle.Bold);

    /// <summary>The family that texts are written in.</summary>
    public static string Family => Regular.FamilyName;

    /// <summary>Writes one line.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">What; shortened with an ellipsis where it is too long.</param>
    /// <param name="at">The left end, middle or right end of the baseline, by <paramref name="align"/>.</param>
    /// <param name="size">Height of the letters in pixels.</param>
    /// <param name="color">In what color.</param>
    /// <param name="align">What <paramref name="at"/> is.</param>
    /// <param name="width">Pixels that the text may take.</param>
    /// <param name="bold">Whether it stands out.</param>
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

    /// <summary>Pixels that a text takes.</summary>
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
        var font = new SKFont(face, size) { Subpixel = true, Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None };
        if (!font.ContainsGlyphs(text))
        {
            // Names of classes may be written in a script that the usual face does not have.
            int letter = text.EnumerateRunes().FirstOrDefault(rune => !font.ContainsGlyph(rune.Value)).Value;
            font.Typeface = SKFontManager.Default.MatchCharacter(letter) ?? face;
        }

        return font;
    }

    private static SKTypeface Find(SKFontStyle style)
        => Families.Select(family => Match(family, style)).FirstOrDefault(face => face is not null) ?? SKTypeface.Default;

    /// <summary>A font manager may answer with another family than the one that was asked for.</summary>
    private static SKTypeface? Match(string family, SKFontStyle style)
        => SKFontManager.Default.MatchFamily(family, style) is { } face
            && face.FamilyName.Equals(family, StringComparison.OrdinalIgnoreCase) ? face : null;
}
