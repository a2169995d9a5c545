namespace SimClr.Cli.Reports;

/// <summary>
/// Estimates widths of texts without a font, so that a chart is the same on every machine. The widths are those of a
/// wide sans-serif typeface; in most fonts, texts are a little narrower.
/// </summary>
internal static class TextWidth
{
    /// <summary>Returns the estimated width in pixels.</summary>
    public static double Estimate(string text, double size)
        => size * text.EnumerateRunes().Sum(rune => WidthOf(rune.Value));

    /// <summary>Returns the text, shortened with an ellipsis if it is too wide.</summary>
    public static string Fit(string text, double size, double width)
    {
        string fitting = text;
        for (int length = text.Length - 1; length > 0 && Estimate(fitting, size) > width; length--)
        {
            fitting = text[..length].TrimEnd() + "…";
        }

        return fitting;
    }

    /// <summary>Splits a text at spaces into lines that are not too wide, where words allow it.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, double width)
    {
        List<string> lines = [];
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && Estimate($"{lines[^1]} {word}", size) <= width)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    /// <summary>Returns the width of a character in units of the font size.</summary>
    private static double WidthOf(int letter) => letter switch
    {
        'i' or 'j' or 'l' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 0.32,
        'f' or 't' or 'r' or 'I' or '(' or ')' or '[' or ']' or '/' or '-' => 0.4,
        'm' or 'w' or 'M' or 'W' or '@' or '%' or '—' => 0.92,
        >= 'A' and <= 'Z' => 0.7,
        >= 0x2E80 => 1,
        _ => 0.61,
    };
}
