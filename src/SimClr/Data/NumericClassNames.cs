using System.Globalization;

namespace SimClr.Data;

/// <summary>The names of unnamed classes: "0", "1", …</summary>
internal static class NumericClassNames
{
    public static string[] Create(int classes)
        => [.. Enumerable.Range(0, classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Returns whether the names are "0", "1", …</summary>
    public static bool AreNumeric(IReadOnlyList<string> names) => names.SequenceEqual(Create(names.Count));
}
