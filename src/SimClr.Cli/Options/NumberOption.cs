using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SimClr.Cli;

/// <summary>Options that take a number; null if not specified.</summary>
internal static class NumberOption
{
    public static Option<long?> Integer(string name, string description, long min, bool recursive = false)
        => new(name)
        {
            Description = description,
            HelpName = "n",
            Recursive = recursive,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                bool good = long.TryParse(
                    text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                    && value >= min && (min == long.MinValue || value <= int.MaxValue);
                return good ? value : Bad<long>(result, name, text, $"an integer{Range(min, value)}");
            },
        };

    /// <summary>Creates an option for an integer or the word "auto", which stands for 0.</summary>
    public static Option<long?> IntegerOrAuto(string name, string description, long min)
        => new(name)
        {
            Description = description,
            HelpName = "n|auto",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                bool good = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                    && value >= min && value <= int.MaxValue;
                return text == "auto" ? 0
                    : good ? value
                    : Bad<long>(result, name, text, $"an integer{Range(min, value)}, or auto");
            },
        };

    public static Option<double?> Positive(string name, string description)
        => Real(name, description, value => value > 0, "a number above 0");

    /// <summary>Creates an option for a number above 0 or the word "auto", which stands for 0.</summary>
    public static Option<double?> PositiveOrAuto(string name, string description)
        => new(name)
        {
            Description = description,
            HelpName = "x|auto",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                bool good = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && value > 0 && double.IsFinite(value);
                return text == "auto" ? 0
                    : good ? value
                    : Bad<double>(result, name, text, "a number above 0, or auto");
            },
        };

    public static Option<double?> NonNegative(string name, string description)
        => Real(name, description, value => value >= 0, "a number of 0 or more");

    public static Option<double?> Share(string name, string description)
        => Real(name, description, value => value is >= 0 and < 1, "a number from 0 to below 1");

    private static Option<double?> Real(string name, string description, Func<double, bool> fits, string expected)
        => new(name)
        {
            Description = description,
            HelpName = "x",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                bool good = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && fits(value) && double.IsFinite(value);
                return good ? value : Bad<double>(result, name, text, expected);
            },
        };

    // The upper bound is named only for values above it; 0 also stands for text that is not a number.
    private static string Range(long min, long value) => min == long.MinValue ? ""
        : value > int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $" from {min} to {int.MaxValue}")
        : string.Create(CultureInfo.InvariantCulture, $" of {min} or more");

    private static T? Bad<T>(ArgumentResult result, string name, string text, string expected)
        where T : struct
    {
        result.AddError($"{name}: got '{text}', expected {expected}");
        return null;
    }
}
