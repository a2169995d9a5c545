using System.Globalization;

namespace SimClr.Cli;

/// <summary>Counts with their nouns.</summary>
internal static class Plural
{
    /// <summary>Formats a count: "1 image", "5,000 images".</summary>
    /// <param name="count">The count.</param>
    /// <param name="noun">The singular noun; the plural appends "s", or "es" after an "s".</param>
    public static string Format(long count, string noun)
    {
        string others = noun.EndsWith('s') ? $"{noun}es" : $"{noun}s";
        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : others)}");
    }
}
