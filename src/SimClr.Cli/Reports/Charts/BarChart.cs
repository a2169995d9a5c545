namespace SimClr.Cli.Reports;

/// <summary>
/// Bars from zero in groups, one group per category and one bar per series, with intervals and faint dots for single
/// values.
/// </summary>
/// <param name="Title">The heading.</param>
/// <param name="X">The horizontal axis, whose categories are the groups.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The series; the position of a point is the number of its category.</param>
internal sealed record BarChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
    : Chart(Title)
{
    private const double MaxBarWidth = 46;

    /// <summary>Levels drawn across the chart.</summary>
    public IReadOnlyList<ChartReference> References { get; init; } = [];

    public override IReadOnlyList<string> Names => [.. Series.Select(series => series.Name)];

    public override ChartTable Data() => SeriesTable.Create(X, Y, Series);

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        ChartPoint[] points = [.. Series.SelectMany(series => series.Points).Where(point => point.IsFinite)];
        LegendEntry[] legend = Series.Count > 1
            ? [.. Series.Select(
                series => new LegendEntry(series.Name, colors[series.Name], 0, LegendSample.Box))]
            : [];
        double[] levels = [.. References.Select(reference => reference.Value).Where(double.IsFinite)];
        double[] values = [0, .. points.SelectMany(point => point.Values), .. points.Length > 0 ? levels : []];
        ChartAxis axis = Y with
        {
            Min = values.Min() < 0 ? Y.Min : 0,
            Max = values.Max() <= 0 ? 0 : Y.Max,
        };
        var area = new PlotArea(drawing, this, (X, axis), [], points.Length > 0 ? values : [], legend);
        if (points.Length == 0)
        {
            area.WriteEmpty(Empty);
            return;
        }

        foreach (ChartReference reference in References.Where(reference => double.IsFinite(reference.Value)))
        {
            area.Draw(reference);
        }

        double slot = (area.Right - area.Left) / Math.Max(1, X.Categories?.Count ?? 1);
        double width = Math.Min(MaxBarWidth, 0.78 * slot / Series.Count);
        for (int i = 0; i < Series.Count; i++)
        {
            foreach (ChartPoint point in Series[i].Points.Where(point => point.IsFinite))
            {
                double middle = area.X(point.X) + (width * (i - ((Series.Count - 1) / 2.0)));
                Draw(drawing, area, Series[i], point, colors[Series[i].Name], (middle, width));
            }
        }
    }

    private void Draw(
        Drawing drawing,
        PlotArea area,
        ChartSeries series,
        ChartPoint point,
        ChartColor color,
        (double Middle, double Width) bar)
    {
        double zero = area.Y(0);
        double end = area.Y(point.Value);
        string interval = point.Interval is { } ends ? $" ({Y.Format(ends.Low)} to {Y.Format(ends.High)})" : "";
        drawing.Add(new BoxMark(
            bar.Middle - (bar.Width / 2) + 1,
            Math.Min(zero, end),
            Math.Max(1, bar.Width - 2),
            Math.Abs(end - zero),
            color)
        {
            Opacity = 0.82,
            Hint = $"{series.Name}, {X.Format(point.X)}: {Y.Format(point.Value)}{interval}",
        });
        foreach (double value in point.Singles.Where(double.IsFinite))
        {
            drawing.Add(new DotMark(new Place(bar.Middle, area.Y(value)), 2.8, ChartColor.Text) { Opacity = 0.4 });
        }

        LineChart.DrawInterval(drawing, area, point, bar.Middle, ChartColor.Text);
    }
}
