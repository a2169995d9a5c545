namespace SimClr.Cli.Reports;

/// <summary>The distribution of one quantity, or of several over each other.</summary>
/// <param name="Title">The heading.</param>
/// <param name="X">The axis of the quantity.</param>
/// <param name="Y">The axis of the counts or shares.</param>
/// <param name="Series">The distributions.</param>
internal sealed record Histogram(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<HistogramSeries> Series)
    : Chart(Title)
{
    public override IReadOnlyList<string> Names => [.. Series.Select(series => series.Name)];

    public override ChartTable Data() => new(
        ["series", "from", "to", Y.Label.Length > 0 ? Y.Label : "count"],
        [.. Series.SelectMany(series => series.Counts.Select((count, bin) => (IReadOnlyList<object?>)
            [series.Name, series.Edges[bin], series.Edges[bin + 1], count]))]);

    protected override void Draw(Drawing drawing, ChartColors colors)
    {
        HistogramSeries[] usable = [.. Series.Where(series => series.Counts.Any(count => count > 0))];
        double[] edges = [.. usable.SelectMany(series => series.Edges)];
        LegendEntry[] legend = Series.Count > 1
            ? [.. Series.Select(series => new LegendEntry(series.Name, colors[series.Name], 0, LegendSample.Box))]
            : [];
        ChartAxis x = edges.Length > 0 ? X with { Min = X.Min ?? edges.Min(), Max = X.Max ?? edges.Max() } : X;
        var area = new PlotArea(
            drawing,
            this,
            (x, Y with { Min = 0 }),
            edges,
            [.. usable.SelectMany(series => series.Counts).Where(double.IsFinite)],
            legend);
        if (usable.Length == 0)
        {
            area.WriteEmpty(Empty);
            return;
        }

        foreach (HistogramSeries series in usable)
        {
            Place[] outline =
            [
                .. series.Counts.SelectMany((count, bin) => new[]
                {
                    new Place(area.X(series.Edges[bin]), area.Y(Finite(count))),
                    new Place(area.X(series.Edges[bin + 1]), area.Y(Finite(count))),
                }),
            ];
            Place first = new(outline[0].X, area.Bottom);
            Place last = new(outline[^1].X, area.Bottom);
            ChartColor color = colors[series.Name];
            drawing.Add(new AreaMark([first, .. outline, last], color)
            {
                Opacity = usable.Length > 1 ? 0.28 : 0.6,
                Hint = series.Name,
            });
            drawing.Add(new LineMark([first, .. outline, last], color, 1.5));
        }
    }

    private static double Finite(double count) => double.IsFinite(count) ? count : 0;
}

/// <summary>A distribution.</summary>
/// <param name="Name">The name, which selects the color.</param>
/// <param name="Edges">The edges of the bins in ascending order: one more than there are bins.</param>
/// <param name="Counts">The count or share of each bin.</param>
internal sealed record HistogramSeries(string Name, IReadOnlyList<double> Edges, IReadOnlyList<double> Counts)
{
    /// <summary>
    /// Counts values in bins of equal width; the last bin includes its end, other values are left out.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values.</param>
    /// <param name="min">The start of the first bin.</param>
    /// <param name="max">The end of the last bin.</param>
    /// <param name="bins">The number of bins.</param>
    public static HistogramSeries FromValues(string name, IEnumerable<double> values, double min, double max, int bins)
    {
        double[] counts = new double[bins];
        double width = (max - min) / bins;
        foreach (double value in values.Where(value => value >= min && value <= max))
        {
            counts[Math.Min(bins - 1, (int)((value - min) / width))]++;
        }

        return new HistogramSeries(name, [.. Enumerable.Range(0, bins + 1).Select(i => min + (i * width))], counts);
    }
}
