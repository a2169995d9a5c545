namespace SimClr.Cli.Reports;

/// <summary>Maps the values of an axis to pixels, and chooses its ticks at round numbers.</summary>
internal sealed class AxisScale
{
    private const int MaxOwnTicks = 9;
    private const int MaxOwnLength = 6;

    private readonly ChartAxis axis;
    private readonly double low;
    private readonly double high;
    private readonly double start;
    private readonly double end;
    private readonly double[] values;

    /// <summary>Creates the scale.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="data">The values to show; those that are not finite are ignored.</param>
    /// <param name="start">The pixel of the low end.</param>
    /// <param name="end">The pixel of the high end.</param>
    public AxisScale(ChartAxis axis, IEnumerable<double> data, double start, double end)
    {
        this.axis = axis;
        this.start = start;
        this.end = end;
        values = [.. data.Where(double.IsFinite).Distinct().Order()];
        IsLogarithmic = axis.IsLogarithmic && values.Length > 0 && values[0] > 0 && axis.Min is null or > 0;
        (low, high) = axis.Categories is { } names ? (-0.5, Math.Max(1, names.Count) - 0.5) : Domain();
    }

    /// <summary>Whether equal factors have equal distances.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>The lowest value of the axis.</summary>
    public double Low => IsLogarithmic ? Math.Exp(low) : low;

    /// <summary>The highest value of the axis.</summary>
    public double High => IsLogarithmic ? Math.Exp(high) : high;

    /// <summary>Returns the pixel of a value; values beyond the axis are drawn at its ends.</summary>
    public double Map(double value)
    {
        double inner = IsLogarithmic ? Math.Log(Math.Max(value, double.Epsilon)) : value;
        double share = Math.Clamp((inner - low) / (high - low), 0, 1);
        return start + (share * (end - start));
    }

    /// <summary>Returns the ticks: value and label, in ascending order.</summary>
    /// <param name="count">The desired number of ticks.</param>
    public IReadOnlyList<(double Value, string Label)> Ticks(int count)
    {
        if (axis.Categories is { } names)
        {
            return [.. names.Select((name, index) => ((double)index, name))];
        }

        return IsLogarithmic ? LogarithmicTicks(count) : LinearTicks(count);
    }

    /// <summary>
    /// Returns the round distance of ticks: 1, 2 or 5 times a power of ten, whichever is closest by ratio.
    /// </summary>
    public static double Step(double range, int count)
    {
        double rough = range / Math.Max(1, count);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch
        {
            < 1.42 => power,
            < 3.17 => 2 * power,
            < 7.08 => 5 * power,
            _ => 10 * power,
        };
    }

    private (double Low, double High) Domain()
    {
        double min = axis.Min ?? (values.Length > 0 ? values[0] : 0);
        double max = axis.Max ?? (values.Length > 0 ? values[^1] : 1);
        if (IsLogarithmic)
        {
            (min, max) = (Math.Log(min), Math.Log(Math.Max(min, max)));
        }

        double room = max > min ? 0.06 * (max - min)
            : IsLogarithmic ? Math.Log(2)
            : axis.IsPercent ? 0.05
            : min == 0 ? 1 : 0.1 * Math.Abs(min);
        double bottom = axis.Min is null ? min - room : min;
        double top = axis.Max is null || max <= min ? max + room : max;
        if (axis.IsPercent && !IsLogarithmic && min >= 0 && max <= 1)
        {
            (bottom, top) = (Math.Max(0, bottom), Math.Min(1, top));
        }

        return (bottom, top);
    }

    private List<(double, string)> LinearTicks(int count)
    {
        double step = Step(high - low, count);
        double first = Math.Ceiling((low / step) - 1e-9);
        List<(double, string)> ticks = [];
        for (double number = first; number * step <= high + (step * 1e-9) && ticks.Count < 100; number++)
        {
            ticks.Add((number * step, ChartNumber.Format(number * step, step, axis.IsPercent)));
        }

        return ticks;
    }

    /// <summary>
    /// Few different round values are themselves the ticks: batch sizes, temperatures. Others have powers of ten, in a
    /// short range with 2 and 5 times them.
    /// </summary>
    private List<(double, string)> LogarithmicTicks(int count)
    {
        if (values.Length <= MaxOwnTicks && values.All(value => axis.Format(value).Length <= MaxOwnLength))
        {
            return [.. values.Select(value => (value, axis.Format(value)))];
        }

        double powers = (high - low) / Math.Log(10);
        int step = (int)Math.Max(1, Math.Ceiling(powers / Math.Max(1, count)));
        double[] factors = powers < 3 ? [1, 2, 5] : [1];
        List<(double, string)> ticks = [];
        for (int exponent = (int)Math.Floor(low / Math.Log(10)); exponent <= high / Math.Log(10); exponent++)
        {
            double power = Math.Pow(10, exponent);
            ticks.AddRange(factors.Select(factor => factor * power)
                .Where(value => exponent % step == 0 && value >= Low && value <= High)
                .Select(value => (value, axis.Format(value))));
        }

        return ticks;
    }
}
