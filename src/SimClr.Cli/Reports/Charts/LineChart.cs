using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>
/// Lines with intervals: over numbers on a linear or logarithmic axis, or over categories. An interval is a bar at each
/// of few points and a band along many; single values, such as those of seeds, are faint dots.
/// </summary>
/// <param name="Title">The heading.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">The lines; points that are not finite leave a gap.</param>
internal sealed record LineChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
    : Chart(Title)
{
    private const int MaxMarkedPoints = 40;
    private const double CapWidth = 3.5;

    /// <summary>Levels drawn across the chart.</summary>
    public IReadOnlyList<ChartReference> References { get; init; } = [];

    /// <summary>Whether lines join the points. Default: true.</summary>
    public bool IsConnected { get; init; } = true;

    /// <summary>Whether the legend is shown although there is one series only.</summary>
    public bool ShowsLegend { get; init; }

    public override IReadOnlyList<string> Names => [.. Series.Select(series => series.Name)];

    public override ChartTable Data() => SeriesTable.Create(X, Y, Series);

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        ChartPoint[] points = [.. Series.SelectMany(series => series.Points).Where(point => point.IsFinite)];
        double[] levels = [.. References.Select(reference => reference.Value).Where(double.IsFinite)];
        LegendEntry[] legend = Series.Count > 1 || ShowsLegend
            ? [.. Series.Select(series => new LegendEntry(
                series.Name,
                colors[series.Name],
                colors.NumberOf(series.Name),
                !IsConnected ? LegendSample.Dot : series.IsDashed ? LegendSample.Dashed : LegendSample.Line))]
            : [];
        var area = new PlotArea(
            drawing,
            this,
            (X, Y),
            [.. points.Select(point => point.X)],
            [.. points.SelectMany(point => point.Values), .. points.Length > 0 ? levels : []],
            legend);
        if (points.Length == 0)
        {
            area.WriteEmpty(Empty);
            return;
        }

        foreach (ChartReference reference in References.Where(reference => double.IsFinite(reference.Value)))
        {
            area.Draw(reference);
        }

        for (int i = 0; i < Series.Count; i++)
        {
            // Intervals at the same place would hide each other.
            double offset = points.Length <= MaxMarkedPoints * Series.Count ? 5 * (i - ((Series.Count - 1) / 2.0)) : 0;
            Draw(drawing, area, Series[i], colors, Series[i].Points.Count > MaxMarkedPoints ? 0 : offset);
        }
    }

    private void Draw(Drawing drawing, PlotArea area, ChartSeries series, ChartColors colors, double offset)
    {
        ChartColor color = colors[series.Name];
        bool isDense = series.Points.Count > MaxMarkedPoints;
        double shift = series.Points.Any(point => point.Interval is not null || point.Singles.Count > 0) ? offset : 0;
        foreach (ChartPoint[] part in Parts(series.Points))
        {
            Place[] places = [.. part.Select(point => new Place(
                Math.Clamp(area.X(point.X) + shift, area.Left, area.Right), area.Y(point.Value)))];
            if (isDense)
            {
                DrawBand(drawing, area, part, color);
            }

            DrawSingles(drawing, area, part, places, color);
            if (IsConnected && places.Length > 1)
            {
                drawing.Add(new LineMark(places, color, 2) { Dashed = series.IsDashed });
            }

            for (int i = 0; i < places.Length && (!isDense || places.Length == 1); i++)
            {
                DrawInterval(drawing, area, part[i], places[i].X, color);
                drawing.Add(new DotMark(places[i], 4.5, color, colors.NumberOf(series.Name))
                {
                    Hint = HintOf(series, part[i]),
                });
            }
        }
    }

    private string HintOf(ChartSeries series, ChartPoint point)
    {
        string interval = point.Interval is { } ends ? $" ({Y.Format(ends.Low)} to {Y.Format(ends.High)})" : "";
        string name = series.Name.Length > 0 ? $"{series.Name}, " : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{name}{X.Label} {X.Format(point.X)}: {Y.Format(point.Value)}{interval}");
    }

    private static void DrawSingles(
        Drawing drawing, PlotArea area, ChartPoint[] part, Place[] places, ChartColor color)
    {
        for (int i = 0; i < part.Length; i++)
        {
            foreach (double value in part[i].Singles.Where(double.IsFinite))
            {
                drawing.Add(new DotMark(new Place(places[i].X, area.Y(value)), 3.2, color) { Opacity = 0.38 });
            }
        }
    }

    private static void DrawBand(Drawing drawing, PlotArea area, ChartPoint[] part, ChartColor color)
    {
        ChartPoint[] known = [.. part.Where(point => point.Interval is not null)];
        if (known.Length > 1)
        {
            drawing.Add(new AreaMark(
                [
                    .. known.Select(point => new Place(area.X(point.X), area.Y(point.Interval!.Value.High))),
                    .. known.Reverse().Select(point => new Place(area.X(point.X), area.Y(point.Interval!.Value.Low))),
                ],
                color)
            {
                Opacity = 0.18,
            });
        }
    }

    /// <summary>Draws an interval as a vertical line with caps.</summary>
    internal static void DrawInterval(Drawing drawing, PlotArea area, ChartPoint point, double x, ChartColor color)
    {
        if (point.Interval is not { } ends)
        {
            return;
        }

        (double low, double high) = (area.Y(ends.Low), area.Y(ends.High));
        drawing.Connect(x, low, x, high, color, 1.5);
        drawing.Connect(x - CapWidth, low, x + CapWidth, low, color, 1.5);
        drawing.Connect(x - CapWidth, high, x + CapWidth, high, color, 1.5);
    }

    private static IEnumerable<ChartPoint[]> Parts(IReadOnlyList<ChartPoint> points)
    {
        List<ChartPoint> part = [];
        foreach (ChartPoint point in points)
        {
            if (point.IsFinite)
            {
                part.Add(point);
            }
            else if (part.Count > 0)
            {
                yield return [.. part];
                part.Clear();
            }
        }

        if (part.Count > 0)
        {
            yield return [.. part];
        }
    }
}
