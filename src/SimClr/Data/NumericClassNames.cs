using System.Globalization;

namespace SimClr.Data;

/// <summary>Names for classes that have none: "0", "1", …</summary>
internal static class NumericClassNames
{
    public static string[] Create(int classes)
        => [.. Enumerable.Range(0, classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Whether these are such names.</summary>
    public static bool AreNumeric(IReadOnlyList<string> names) => names.SequenceEqual(Create(names.Count));
}
