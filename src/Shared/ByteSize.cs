using System.Globalization;

namespace SimClr.Internals;

/// <summary>
/// Amounts of memory in human-readable form: <c>8GB</c>, <c>512 MB</c>, <c>1.5GiB</c>. Units are powers of 1024.
/// </summary>
[SharedSource]
internal static class ByteSize
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10),
    ];

    /// <summary>Returns the number of bytes; null if the text is not an amount above 0.</summary>
    public static long? Parse(string text)
    {
        string plain = text.Trim().ToUpperInvariant().Replace("IB", "B", StringComparison.Ordinal);
        (string name, long unit) = Units.FirstOrDefault(u => plain.EndsWith(u.Name, StringComparison.Ordinal));
        return name is not null
            && double.TryParse(
                plain[..^2],
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out double number)
            && number * unit is >= 1 and < long.MaxValue
                ? (long)(number * unit)
                : null;
    }

    /// <summary>Returns the text itself if it is an amount.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text is not an amount of memory.</exception>
    public static string Validate(string text, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
        => Parse(text) is not null
            ? text
            : throw new ArgumentOutOfRangeException(
                name, $"got '{text}', expected an amount of memory such as 8GB or 512MB");

    /// <summary>Formats an amount in a suitable unit: "1.5 GB".</summary>
    public static string Format(double bytes)
    {
        (string name, long unit) = Units.FirstOrDefault(u => bytes >= u.Bytes, Units[^1]);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:0.#} {name}");
    }
}
