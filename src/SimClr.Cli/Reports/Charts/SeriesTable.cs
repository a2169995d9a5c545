using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>The data of series as a table: one row per point.</summary>
internal static class SeriesTable
{
    public static ChartTable Create(ChartAxis x, ChartAxis y, IReadOnlyList<ChartSeries> series)
    {
        ChartPoint[] points = [.. series.SelectMany(one => one.Points)];
        bool hasInterval = points.Any(point => point.Interval is not null);
        bool hasSingles = points.Any(point => point.Singles.Count > 0);
        string[] columns =
        [
            "series",
            x.Label.Length > 0 ? x.Label : "x",
            y.Label.Length > 0 ? y.Label : "value",
            .. hasInterval ? ["low", "high"] : Array.Empty<string>(),
            .. hasSingles ? ["singles"] : Array.Empty<string>(),
        ];
        return new ChartTable(
            columns,
            [.. series.SelectMany(one => one.Points.Select(point => (IReadOnlyList<object?>)
            [
                one.Name,
                x.Categories is null ? point.X : x.Format(point.X),
                point.Value,
                .. hasInterval ? [point.Interval?.Low, point.Interval?.High] : Array.Empty<object?>(),
                .. hasSingles ? [Join(point.Singles)] : Array.Empty<object?>(),
            ]))]);
    }

    private static string Join(IReadOnlyList<double> values)
        => string.Join(' ', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
