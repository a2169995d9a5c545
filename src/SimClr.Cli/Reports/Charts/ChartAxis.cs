namespace SimClr.Cli.Reports;

/// <summary>An axis of a chart.</summary>
/// <param name="Label">The quantity with its unit; empty for none.</param>
internal sealed record ChartAxis(string Label)
{
    /// <summary>Whether equal factors have equal distances; ignored if a value is not positive.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether the values are fractions, shown as percentages.</summary>
    public bool IsPercent { get; init; }

    /// <summary>The lowest value of the axis; null to fit the data.</summary>
    public double? Min { get; init; }

    /// <summary>The highest value of the axis; null to fit the data.</summary>
    public double? Max { get; init; }

    /// <summary>The names of the values 0, 1, 2 …; null for numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Returns a value as text, with the precision of a table.</summary>
    public string Format(double value)
        => Categories is { } names && value >= 0 && value < names.Count ? names[(int)value]
            : IsPercent ? HtmlText.Percent(value)
            : ChartNumber.Format(value);
}
