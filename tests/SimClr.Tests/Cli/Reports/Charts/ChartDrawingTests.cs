using SimClr.Cli.Reports;

namespace SimClr.Tests.Cli.Reports.Charts;

/// <summary>The places of marks in the drawings of charts.</summary>
public sealed class ChartDrawingTests
{
    private static readonly ChartAxis X = new("x") { Min = 0, Max = 4 };
    private static readonly ChartAxis Y = new("y") { Min = 0, Max = 8 };

    [Fact]
    public void A_line_goes_through_its_values()
    {
        Place[] line = Curve(new LineChart("t", X, Y, [ChartSeries.FromValues("a", [(0, 0), (1, 4), (4, 8)])]));
        double width = line[2].X - line[0].X;
        double height = line[2].Y - line[0].Y;
        Assert.True(width > 300 && height < -150, "y grows upward");
        Assert.Equal(0.25, (line[1].X - line[0].X) / width, 9);
        Assert.Equal(0.5, (line[1].Y - line[0].Y) / height, 9);
    }

    [Fact]
    public void Intervals_contain_the_mean_and_their_ends_are_in_scale()
    {
        var point = new ChartPoint(2, 4) { Low = 2, High = 8, Singles = [3, 4, 5] };
        Drawing drawing = new LineChart("t", X, Y, [new("a", [point])]).Draw(new ChartColors());
        DotMark mean = drawing.Marks.OfType<DotMark>().Single(dot => dot.Opacity == 1);
        LineMark interval = drawing.Marks.OfType<LineMark>().Single(
            line => line.Width == 1.5 && line.Places[0].X == line.Places[1].X);
        (double low, double high) = (interval.Places[0].Y, interval.Places[1].Y);
        Assert.InRange(mean.Place.Y, high, low);
        Assert.Equal(2.0, (mean.Place.Y - high) / (low - mean.Place.Y), 9);
        Assert.Equal(3, drawing.Marks.OfType<DotMark>().Count(dot => dot.Opacity < 1));
    }

    [Fact]
    public void Values_that_are_not_finite_leave_a_gap()
    {
        Drawing drawing = new LineChart(
            "t", X, Y, [ChartSeries.FromValues("a", [(0, 1), (1, 2), (2, double.NaN), (3, 4), (4, 5)])])
            .Draw(new ChartColors());
        Assert.Equal(2, drawing.Marks.OfType<LineMark>().Count(line => line.Width == 2));
    }

    [Fact]
    public void Bars_begin_at_zero()
    {
        Drawing drawing = new BarChart(
            "t",
            new ChartAxis("") { Categories = ["a", "b"] },
            new ChartAxis("y"),
            [ChartSeries.FromValues("one", [(0, 60), (1, 30)]), ChartSeries.FromValues("two", [(0, 15), (1, -30)])])
            .Draw(new ChartColors());
        BoxMark[] bars = [.. drawing.Marks.OfType<BoxMark>().Where(box => box.Hint.Length > 0)];
        Assert.Equal([60, 30, 15, 30], bars.Select(bar => Math.Round(bar.Height / bars[0].Height * 60, 6)));
        double zero = bars[0].Y + bars[0].Height;
        Assert.Equal(zero, bars[1].Y + bars[1].Height, 6);
        Assert.Equal(zero, bars[3].Y, 6);
        Assert.True(bars[0].X + bars[0].Width <= bars[2].X, "the bars of a group do not overlap");
    }

    [Fact]
    public void The_darkest_cell_has_the_highest_value_and_missing_ones_are_hatched_with_the_reason()
    {
        var map = new HeatMap("t", ["r", "s"], ["c", "d"],
        [
            [new HeatCell(0.1), new HeatCell(0.9)],
            [new HeatCell(null, "diverged"), new HeatCell(double.NaN, "stopped")],
        ])
        { IsPercent = true, ShowsRowMeans = true };
        BoxMark[] cells = [.. map.Draw(new ChartColors()).Marks.OfType<BoxMark>()];
        Assert.Equal(6, cells.Length);
        Assert.Equal("r, d: 90.0%", cells.Where(cell => !cell.Hatched).MaxBy(cell => cell.Opacity)!.Hint);
        Assert.Equal("r, c: 10.0%", cells.Where(cell => !cell.Hatched).MinBy(cell => cell.Opacity)!.Hint);
        Assert.Contains("r, mean: 50.0%", cells.Select(cell => cell.Hint));
        Assert.Equal(
            ["s, c: diverged", "s, d: stopped", "s, mean: no values"],
            cells.Where(cell => cell.Hatched).Select(cell => cell.Hint));
    }

    [Fact]
    public void A_histogram_counts_every_value_once()
    {
        var series = HistogramSeries.FromValues("a", [0, 0.1, 0.5, 0.99, 1, 1.5, double.NaN], 0, 1, 4);
        Assert.Equal([2, 0, 1, 2], series.Counts);
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], series.Edges);
    }

    [Fact]
    public void A_trend_is_that_of_least_squares()
    {
        Trend trend = Trend.Fit([(0, 1), (1, 3), (2, 2), (3, 5)])!;
        Assert.Equal(1.1, trend.Slope, 12);
        Assert.Equal(1.1, trend.Intercept, 12);
        Assert.Equal(5.5 / Math.Sqrt(5 * 8.75), trend.Correlation, 12);
        Assert.Null(Trend.Fit([(0, 1), (1, 3)]));
        Assert.Null(Trend.Fit([(1, 1), (1, 3), (1, 2)]));
    }

    [Fact]
    public void Labels_of_points_do_not_overlap()
    {
        Place[] points = [.. Enumerable.Range(0, 40).Select(i => new Place(20 + (i * 37 % 300), 20 + (i * 53 % 200)))];
        var placement = new LabelPlacement(0, 0, 340, 240, points, 6);
        Place[] placed = [.. points.Select(point => placement.Find(point, "label", 11)).OfType<Place>()];
        Assert.InRange(placed.Length, 10, 40);
        double width = TextWidth.Estimate("label", 11);
        for (int i = 0; i < placed.Length; i++)
        {
            Assert.True(placed[i].X >= 0 && placed[i].X + width <= 340 && placed[i].Y >= 8 && placed[i].Y <= 240);
            Assert.DoesNotContain(points, point => point.X + 6 > placed[i].X
                && point.X - 6 < placed[i].X + width
                && point.Y + 6 > placed[i].Y - 8
                && point.Y - 6 < placed[i].Y + 2);
            for (int j = 0; j < i; j++)
            {
                Assert.True(Math.Abs(placed[i].X - placed[j].X) >= width - 1e-9
                    || Math.Abs(placed[i].Y - placed[j].Y) >= 11 - 1e-9);
            }
        }
    }

    [Fact]
    public void Panels_are_side_by_side()
    {
        var chart = new LineChart("t", X, Y, [ChartSeries.FromValues("a", [(1, 1)])]);
        ChartPanels panels = new ChartPanels("both", [chart, chart, chart], 2).Fitted();
        DotMark[] dots = [.. panels.Draw(new ChartColors()).Marks.OfType<DotMark>()];
        Assert.Equal(chart.Width + 24, dots[1].Place.X - dots[0].Place.X, 9);
        Assert.Equal(dots[0].Place.X, dots[2].Place.X, 9);
        Assert.Equal(chart.Height + 24, dots[2].Place.Y - dots[0].Place.Y, 9);
        Assert.InRange(panels.Height, (2 * chart.Height) + 24, (2 * chart.Height) + 80);
    }

    private static Place[] Curve(Chart chart)
        => [.. chart.Draw(new ChartColors()).Marks.OfType<LineMark>().Single(line => line.Width == 2).Places];
}
