using System.Runtime.CompilerServices;

namespace SimClr.Internals;

/// <summary>Argument checks that return the value, so that a property can be checked when it is set.</summary>
internal static class Require
{
    public static int Positive(int value, [CallerMemberName] string name = "")
        => value > 0 ? value : throw Bad(name, value, "an integer above 0");

    public static int NonNegative(int value, [CallerMemberName] string name = "")
        => value >= 0 ? value : throw Bad(name, value, "an integer of 0 or more");

    public static double Positive(double value, [CallerMemberName] string name = "")
        => value > 0 && double.IsFinite(value) ? value : throw Bad(name, value, "a finite number above 0");

    public static double NonNegative(double value, [CallerMemberName] string name = "")
        => value >= 0 && double.IsFinite(value) ? value : throw Bad(name, value, "a finite number of 0 or more");

    public static double Probability(double value, [CallerMemberName] string name = "")
        => value is >= 0 and <= 1 ? value : throw Bad(name, value, "a probability from 0 to 1");

    public static double Share(double value, [CallerMemberName] string name = "")
        => value is >= 0 and < 1 ? value : throw Bad(name, value, "a number from 0 to below 1");

    public static double Between(double value, double low, double high, [CallerMemberName] string name = "")
        => value >= low && value <= high
            ? value
            : throw Bad(name, value, FormattableString.Invariant($"a number from {low} to {high}"));

    public static int Between(int value, int low, int high, [CallerMemberName] string name = "")
        => value >= low && value <= high
            ? value
            : throw Bad(name, value, FormattableString.Invariant($"an integer from {low} to {high}"));

    public static string OneOf(string value, IReadOnlyList<string> allowed, [CallerMemberName] string name = "")
    {
        if (allowed.Contains(value))
        {
            return value;
        }

        string nearest = DidYouMean.Hint(value, allowed);
        throw Bad(name, $"'{value}'", $"one of {string.Join(", ", allowed)}{nearest}");
    }

    public static T Defined<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum
        => Enum.IsDefined(value) ? value : throw Bad(name, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    public static string Device(string value, [CallerMemberName] string name = "")
        => ComputeDevice.IsName(value) ? value
            : throw new ArgumentOutOfRangeException(name, ComputeDevice.UnknownNameMessage(value));

    private static ArgumentOutOfRangeException Bad(string name, object value, string expected)
        => new(name, FormattableString.Invariant($"got {value}, expected {expected}"));
}
