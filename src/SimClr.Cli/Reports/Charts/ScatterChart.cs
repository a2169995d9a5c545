namespace SimClr.Cli.Reports;

/// <summary>
/// Points with labels, on request with the straight line of least squares and its correlation. A label without a free
/// place is shown while the pointer is over its point.
/// </summary>
/// <param name="Title">The heading.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Points">The points.</param>
internal sealed record ScatterChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ScatterPoint> Points)
    : Chart(Title)
{
    private const double Radius = 5;
    private const double LabelSize = 11.5;

    /// <summary>Whether the trend is drawn.</summary>
    public bool ShowsTrend { get; init; }

    public override IReadOnlyList<string> Names => [.. Points.Select(point => point.Series).Distinct()];

    public override ChartTable Data() => new(
        ["series", "label", X.Label.Length > 0 ? X.Label : "x", Y.Label.Length > 0 ? Y.Label : "y"],
        [.. Points.Select(point => (IReadOnlyList<object?>)[point.Series, point.Label, point.X, point.Y])]);

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        ScatterPoint[] points = [.. Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];
        bool logX = X.IsLogarithmic && points.All(point => point.X > 0);
        Trend? trend = ShowsTrend
            ? Trend.Fit([.. points.Select(point => (logX ? Math.Log(point.X) : point.X, point.Y))])
            : null;
        List<LegendEntry> legend = Names.Count > 1
            ? [.. Names.Select(name => new LegendEntry(name, colors[name], colors.NumberOf(name), LegendSample.Dot))]
            : [];
        if (trend is not null)
        {
            legend.Add(new LegendEntry(
                $"trend, r = {ChartNumber.Format(trend.Correlation, 0.01, percent: false)}",
                ChartColor.Faint,
                0,
                LegendSample.Rule));
        }

        var area = new PlotArea(
            drawing, this, (X, Y), [.. points.Select(point => point.X)], [.. points.Select(point => point.Y)], legend);
        if (points.Length == 0)
        {
            area.WriteEmpty(Empty);
            return;
        }

        if (trend is not null)
        {
            double from = points.Min(point => point.X);
            double to = points.Max(point => point.X);
            double At(double x) => trend.At(logX ? Math.Log(x) : x);
            drawing.Add(new LineMark(
                [new Place(area.X(from), area.Y(At(from))), new Place(area.X(to), area.Y(At(to)))],
                ChartColor.Faint,
                1.5)
            {
                Dashed = true,
            });
        }

        Place[] places = [.. points.Select(point => new Place(area.X(point.X), area.Y(point.Y)))];
        for (int i = 0; i < points.Length; i++)
        {
            string series = points[i].Series;
            drawing.Add(new DotMark(places[i], Radius, colors[series], colors.NumberOf(series))
            {
                Hint = $"{points[i].Label}: {X.Format(points[i].X)}, {Y.Format(points[i].Y)}",
            });
        }

        var labels = new LabelPlacement(area.Left, area.Top, drawing.Width - 4, area.Bottom, places, Radius + 1);
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i].Label.Length > 0 && labels.Find(places[i], points[i].Label, LabelSize) is { } place)
            {
                drawing.Add(new TextMark(place, points[i].Label, LabelSize, ChartColor.Text, TextAnchor.Start)
                {
                    Outlined = true,
                });
            }
        }
    }
}

/// <summary>A point of a scatter chart.</summary>
/// <param name="Series">The series, which selects the color.</param>
/// <param name="Label">The label; empty for none.</param>
/// <param name="X">The horizontal value.</param>
/// <param name="Y">The vertical value.</param>
internal sealed record ScatterPoint(string Series, string Label, double X, double Y);

/// <summary>The straight line of least squares.</summary>
/// <param name="Slope">The slope.</param>
/// <param name="Intercept">The value at 0.</param>
/// <param name="Correlation">Pearson's r.</param>
internal sealed record Trend(double Slope, double Intercept, double Correlation)
{
    /// <summary>Fits the line; null if there are fewer than three points or an axis has one value only.</summary>
    public static Trend? Fit(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 3)
        {
            return null;
        }

        double meanX = points.Average(point => point.X);
        double meanY = points.Average(point => point.Y);
        double xx = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        double yy = points.Sum(point => (point.Y - meanY) * (point.Y - meanY));
        double xy = points.Sum(point => (point.X - meanX) * (point.Y - meanY));
        return xx > 0 && yy > 0 ? new Trend(xy / xx, meanY - (xy / xx * meanX), xy / Math.Sqrt(xx * yy)) : null;
    }

    /// <summary>Returns the value of the line.</summary>
    public double At(double x) => Intercept + (Slope * x);
}
