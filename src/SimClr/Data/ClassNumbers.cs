using System.Globalization;

namespace SimClr.Data;

/// <summary>Names for classes that have none: "0", "1", …</summary>
internal static class ClassNumbers
{
    public static string[] Of(int classes)
        => [.. Enumerable.Range(0, classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Whether these are such names.</summary>
    public static bool Are(IReadOnlyList<string> names) => names.SequenceEqual(Of(names.Count));
}
