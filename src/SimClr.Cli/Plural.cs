using System.Globalization;

namespace SimClr.Cli;

/// <summary>Numbers of things, in words.</summary>
internal static class Plural
{
    /// <summary>"1 image", "5,000 images".</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">The word for one; for others it gets an s, or an es behind one.</param>
    public static string Format(long count, string noun)
    {
        string others = noun.EndsWith('s') ? $"{noun}es" : $"{noun}s";
        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : others)}");
    }
}
