using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>Numbers on axes and in hints.</summary>
internal static class ChartNumber
{
    /// <summary>Formats with four significant digits: "0.0312", "1.5", "4,096".</summary>
    public static string Format(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString(
            IsWhole(value) || Math.Abs(value) >= 10_000 ? "N0" : "N1", CultureInfo.InvariantCulture),
        0 => "0",
        < 1e-4 or double.NaN or double.PositiveInfinity => value.ToString("0.##e+0", CultureInfo.InvariantCulture),
        var size => value.ToString(
            $"0.{new string('#', Math.Max(0, 3 - (int)Math.Floor(Math.Log10(size))))}", CultureInfo.InvariantCulture),
    };

    /// <summary>Formats a tick; all ticks of an axis have the decimals of their distance.</summary>
    public static string Format(double value, double step, bool percent)
    {
        (double shown, double distance) = percent ? (100 * value, 100 * step) : (value, step);
        string unit = percent ? "%" : "";
        if (Math.Abs(shown) >= 1e7 || (distance < 1e-4 && shown != 0))
        {
            return shown.ToString("0.##e+0", CultureInfo.InvariantCulture) + unit;
        }

        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(distance) - 1e-9), 0, 6);
        double rounded = Math.Round(shown, decimals);
        return (rounded == 0 ? 0 : rounded).ToString($"N{decimals}", CultureInfo.InvariantCulture) + unit;
    }

    private static bool IsWhole(double value) => value == Math.Floor(value);
}
