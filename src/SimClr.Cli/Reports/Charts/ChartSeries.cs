namespace SimClr.Cli.Reports;

/// <summary>A series of a chart.</summary>
/// <param name="Name">The name in the legend, which also selects the color.</param>
/// <param name="Points">The points in the order of the line.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Whether the line is dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Creates a series without intervals.</summary>
    public static ChartSeries FromValues(string name, IEnumerable<(double X, double Y)> values)
        => new(name, [.. values.Select(value => new ChartPoint(value.X, value.Y))]);
}

/// <summary>A value of a series.</summary>
/// <param name="X">The position: a number, or the number of a category.</param>
/// <param name="Value">The value, usually a mean; not finite if it is missing.</param>
internal sealed record ChartPoint(double X, double Value)
{
    /// <summary>The low end of the interval; null for none.</summary>
    public double? Low { get; init; }

    /// <summary>The high end of the interval; null for none.</summary>
    public double? High { get; init; }

    /// <summary>The values of which <see cref="Value"/> is the mean, such as one per seed.</summary>
    public IReadOnlyList<double> Singles { get; init; } = [];

    /// <summary>Whether the point can be drawn.</summary>
    public bool IsFinite => double.IsFinite(X) && double.IsFinite(Value);

    /// <summary>The interval, if both ends are finite.</summary>
    public (double Low, double High)? Interval
        => Low is { } low && High is { } high && double.IsFinite(low) && double.IsFinite(high) ? (low, high) : null;

    /// <summary>Every number of the point that is drawn along the other axis.</summary>
    public IEnumerable<double> Values
        =>
        [
            Value,
            .. Interval is { } ends ? [ends.Low, ends.High] : Array.Empty<double>(),
            .. Singles.Where(double.IsFinite),
        ];
}

/// <summary>A level drawn across a chart, such as chance.</summary>
/// <param name="Label">The text at the line.</param>
/// <param name="Value">The value.</param>
internal sealed record ChartReference(string Label, double Value);
