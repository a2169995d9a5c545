using System.Globalization;
using System.Net;

namespace SimClr.Cli.Reports;

/// <summary>Texts and numbers for HTML.</summary>
internal static class HtmlText
{
    /// <summary>For text and for attributes in quotes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A fraction as a percentage with one decimal.</summary>
    public static string Percent(double fraction)
        => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:F1}%");

    /// <summary>Seconds in words.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} seconds"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)(seconds % 60)} s ({seconds:0} seconds)"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60)} min ({seconds:0} seconds)"),
    };
}
