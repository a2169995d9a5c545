using System.Globalization;

namespace SimClr.Cli;

/// <summary>Numbers of things, in words.</summary>
internal static class Counted
{
    /// <summary>"1 image", "5,000 images".</summary>
    /// <param name="number">How many.</param>
    /// <param name="one">The word for one; for others it gets an s, or an es behind one.</param>
    public static string Of(long number, string one)
    {
        string others = one.EndsWith('s') ? $"{one}es" : $"{one}s";
        return string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : others)}");
    }
}
