using System.Globalization;
using System.Net;

namespace SimClr.Cli.Reports;

/// <summary>Strings and numbers for HTML.</summary>
internal static class HtmlText
{
    /// <summary>Escapes text and quoted attribute values.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Formats a fraction as a percentage with one decimal.</summary>
    public static string Percent(double fraction)
        => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:F1}%");

    /// <summary>Formats seconds in words. They are rounded once, so that the parts add up to the total.</summary>
    public static string Duration(double seconds) => ((long)Math.Round(seconds)) switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} seconds"),
        < 3600 and var whole
            => string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60} s ({whole} seconds)"),
        var whole => string.Create(
            CultureInfo.InvariantCulture, $"{whole / 3600} h {whole % 3600 / 60} min ({whole} seconds)"),
    };
}
