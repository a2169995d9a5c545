using System.Globalization;
using SimClr.Cli.Reports;

namespace SimClr.Cli.Studies;

/// <summary>
/// The figure of a study: charts of the results here, and charts of the paper's numbers with axes of their own.
/// </summary>
internal sealed class StudyFigure
{
    private const string ArmName = "arm";
    private const double Height = 360;
    private const string PaperNote = "The paper's numbers; they have a y axis of their own.";

    private readonly StudyResults results;
    private readonly Study study;
    private readonly StudyPlot plot;

    public StudyFigure(StudyResults results)
    {
        this.results = results;
        study = results.Plan.Study;
        plot = study.Plot;
        FigureValue[] here = [.. FigureValue.FromResults(results)];
        FigureValue[] paper = [.. FigureValue.FromPaper(study)];
        Colors = new ChartColors([.. study.Arms.Select(arm => arm.Name).Where(_ => plot.Series == ArmName)]);
        (string Key, Chart Chart)[] own = [.. Charts(here, $"Here: {results.Plan.Scale.About}", isPaper: false)];
        (string Key, Chart Chart)[] printed = [.. Charts(paper, $"Paper: {study.Paper.Setting}", isPaper: true)];
        Here = [.. own.Select(chart => chart.Chart)];
        Paper = [.. printed.Select(chart => chart.Chart)];
        Pairs =
        [
            .. own.Join(printed, chart => chart.Key, chart => chart.Key, (first, second) => (first, second))
                .SelectMany(pair => new[] { pair.first.Chart, pair.second.Chart }),
        ];
        Singles = [.. Here.Concat(Paper).Except(Pairs, ReferenceEqualityComparer.Instance).Cast<Chart>()];
    }

    /// <summary>The colors of the page: one for each arm, or for each point of the axis that the series are.</summary>
    public ChartColors Colors { get; }

    /// <summary>The charts of the results here.</summary>
    public IReadOnlyList<Chart> Here { get; }

    /// <summary>The charts of the paper's numbers; empty if it prints none.</summary>
    public IReadOnlyList<Chart> Paper { get; }

    /// <summary>The charts here, each followed by that of the same measure and panel in the paper.</summary>
    public IReadOnlyList<Chart> Pairs { get; }

    /// <summary>The charts without such a partner.</summary>
    public IReadOnlyList<Chart> Singles { get; }

    /// <summary>All charts as one figure for a file; null if there are none.</summary>
    public Chart? Whole => Here.Count + Paper.Count == 0 ? null : new ChartPanels(
        $"{study.Paper.Item} · {study.Title}",
        [.. Pairs, .. Singles],
        Math.Min(2, Here.Count + Paper.Count)).Fitted();

    private IEnumerable<(string Key, Chart Chart)> Charts(FigureValue[] values, string title, bool isPaper)
    {
        if (plot.Kind is "pictures" or "table" || (isPaper && plot.Kind == "curves") || values.Length == 0)
        {
            yield break;
        }

        if (plot.Kind == "curves")
        {
            foreach (string measure in plot.Y)
            {
                yield return (measure, Curves(measure, title));
            }

            yield break;
        }

        foreach (var panel in values.GroupBy(value => plot.Panels is { } by ? Label(value, by) : ""))
        {
            string name = panel.Key.Length == 0 ? title : $"{title} ({TitleOf(plot.Panels!)} {panel.Key})";
            foreach (string measure in plot.Y)
            {
                FigureValue[] drawn = [.. panel.Where(value => IsDrawn(value, measure))];
                string more = plot.Y.Count > 1 ? $"{name}: {MeasureOf(measure).Title}" : name;
                Chart? chart = drawn.Length == 0 ? null : plot.Kind switch
                {
                    "scatter" => Scatter([.. panel], measure, more),
                    "heatmap" => Map(drawn, more, isPaper),
                    _ => Lines(drawn, measure, more, isPaper),
                };
                if (chart is not null)
                {
                    yield return ($"{panel.Key}/{measure}", chart);
                }
            }
        }
    }

    private Chart Lines(FigureValue[] values, string measure, string title, bool isPaper)
    {
        string[] labels = Order(values.Select(value => Label(value, plot.X)), plot.X);
        double[] numbers = [.. labels.Select(Number)];
        bool numeric = plot.Kind == "lines" && plot.Logarithmic && labels.Length > 0
            && numbers.All(number => double.IsFinite(number) && number > 0);
        ChartSeries[] series =
        [
            .. Order(values.Select(SeriesOf), plot.Series).Select(name => new ChartSeries(
                name,
                [.. values.Where(value => SeriesOf(value) == name)
                    .Select(value => (Value: value, At: Array.IndexOf(labels, Label(value, plot.X))))
                    .OrderBy(entry => entry.At)
                    .Select(entry => new ChartPoint(numeric ? numbers[entry.At] : entry.At, entry.Value.Value)
                    {
                        Low = entry.Value.Low,
                        High = entry.Value.High,
                        Singles = entry.Value.Seeds,
                    })])),
        ];
        var x = new ChartAxis(TitleOf(plot.X))
        {
            Categories = numeric ? null : labels,
            IsLogarithmic = plot.Logarithmic,
        };
        var y = new ChartAxis(isPaper && plot.Y.Count == 1 ? study.Paper.Measure : MeasureOf(measure).Title);
        string note = isPaper ? PaperNote : Note(measure);
        return plot.Kind == "bars"
            ? new BarChart(title, x, y, series) { Note = note, Height = Height }
            : new LineChart(title, x, y, series) { Note = note, IsConnected = labels.Length > 1, Height = Height };
    }

    private HeatMap Map(FigureValue[] values, string title, bool isPaper)
    {
        string[] columns = Order(values.Select(value => Label(value, plot.X)), plot.X);
        string[] rows = Order(values.Select(value => Label(value, plot.Series)), plot.Series);
        return new HeatMap(
            title,
            rows,
            columns,
            [.. rows.Select(row => (IReadOnlyList<HeatCell>)[.. columns.Select(column =>
                values.FirstOrDefault(value => Label(value, plot.Series) == row && Label(value, plot.X) == column)
                    is { } value
                        ? new HeatCell(value.Value, value.Missing)
                        : new HeatCell(null, "not in the study"))])])
        {
            RowLabel = TitleOf(plot.Series),
            ColumnLabel = TitleOf(plot.X),
            ShowsRowMeans = rows.Length > 1 && columns.Length > 1,
            Note = isPaper ? "The paper's numbers; they have a color scale of their own."
                : results.Plan.Seeds.Count > 1 ? "Means over the seeds; missing cells are hatched."
                : "One seed; missing cells are hatched.",
        };
    }

    private ScatterChart? Scatter(FigureValue[] values, string y, string title)
    {
        var groups = values.GroupBy(value => string.Join(", ", [value.Arm, .. value.Labels])).ToArray();
        ScatterPoint[] points =
        [
            .. groups.Select(group => new ScatterPoint(
                    SeriesOf(group.First()),
                    group.First() is { Labels: { Count: > 0 } labels } ? string.Join(", ", labels) : group.Key,
                    study.Measures.Any(measure => measure.Name == plot.X)
                        ? group.FirstOrDefault(value => value.Measure == plot.X)?.Value ?? double.NaN
                        : Number(Label(group.First(), plot.X)),
                    group.FirstOrDefault(value => IsDrawn(value, y))?.Value ?? double.NaN))
                .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)),
        ];
        var x = new ChartAxis(
            study.Measures.FirstOrDefault(measure => measure.Name == plot.X)?.Title ?? TitleOf(plot.X))
        {
            IsLogarithmic = plot.Logarithmic,
        };
        return points.Length == 0 ? null : new ScatterChart(title, x, new ChartAxis(MeasureOf(y).Title), points)
        {
            ShowsTrend = points.DistinctBy(point => point.Series).Count() == 1 && points.Length > 2,
            Height = Height,
        };
    }

    private LineChart Curves(string measure, string title)
    {
        ChartSeries[] series =
        [
            .. results.Cells
                .Select(cell => (cell.Cell, Series: cell.Record?.Measurements.GetValueOrDefault(measure)?.Series))
                .Where(cell => cell.Series is not null)
                .GroupBy(cell => cell.Cell.Title)
                .Select(group => ChartSeries.FromValues(
                    group.Key, group.First().Series!.Select((value, i) => ((double)i + 1, value)))),
        ];
        return new LineChart(
            title,
            new ChartAxis(TitleOf(plot.X)) { IsLogarithmic = plot.Logarithmic },
            new ChartAxis(study.Paper.Measure),
            series)
        {
            ShowsLegend = true,
            Note = results.Plan.Seeds.Count > 1 ? $"The runs of seed {results.Plan.Seeds[0]}." : "",
        };
    }

    private string Note(string measure)
    {
        string[] kinds =
        [
            .. FigureValue.FromResults(results).Zip(results.Points)
                .Where(value => IsDrawn(value.First, measure))
                .Select(value => value.Second.IntervalKind)
                .OfType<string>()
                .Distinct(),
        ];
        int seeds = results.Plan.Seeds.Count;
        return kinds switch
        {
            ["seeds"] => $"Mean and 95% interval over {seeds} seeds (Student's t); faint dots are seeds.",
            ["test images"] => "One seed; 95% intervals over the test images, not over seeds.",
            [] => seeds == 1 ? "One seed, without intervals." : "",
            _ => "Means; 95% intervals over the seeds, or over the test images where there is one seed.",
        };
    }

    /// <summary>
    /// Whether a value is drawn for a measure: it is of this measure, or its arm has none of the drawn measures and
    /// this is the first measure of the arm.
    /// </summary>
    private bool IsDrawn(FigureValue value, string measure)
    {
        if (value.Measure == measure)
        {
            return true;
        }

        IReadOnlyList<string> own = study.Arms.FirstOrDefault(arm => arm.Name == value.Arm)?.Measures ?? [];
        return own.Count > 0 && !own.Any(plot.Y.Contains) && measure == plot.Y[0] && value.Measure == own[0];
    }

    /// <summary>
    /// Returns the name of a series: its point on the axis of series, then on every other axis that varies.
    /// </summary>
    private string SeriesOf(FigureValue value)
    {
        string[] taken = [plot.X, plot.Series, plot.Panels ?? ""];
        string[] others =
        [
            .. study.Axes.Select(axis => axis.Name).Prepend(ArmName)
                .Where(name => plot.Kind != "scatter" && !taken.Contains(name) && PointsOf(name) > 1)
                .Select(name => Label(value, name)),
        ];
        return string.Join(", ", [Label(value, plot.Series), .. others.Where(label => label.Length > 0)]);
    }

    private int PointsOf(string dimension) => dimension == ArmName
        ? results.Plan.Arms.Count
        : results.Plan.Axes.FirstOrDefault(axis => axis.Name == dimension)?.Points.Count ?? 0;

    private string Label(FigureValue value, string dimension)
    {
        if (dimension == ArmName)
        {
            return value.Arm;
        }

        int index = study.Axes.ToList().FindIndex(axis => axis.Name == dimension);
        return index >= 0 && index < value.Labels.Count ? value.Labels[index] : "";
    }

    /// <summary>
    /// Returns the different labels: numbers in ascending order, others in the order of the scale if it has all of
    /// them, as for the results here, or else of the study; unknown ones follow.
    /// </summary>
    private string[] Order(IEnumerable<string> labels, string dimension)
    {
        string[] different = [.. labels.Distinct()];
        string[] known = dimension == ArmName
            ? [.. study.Arms.Select(arm => arm.Name)]
            : PointsIn(results.Plan.Axes) is var scale && different.All(scale.Contains) ? scale
            : [.. PointsIn(study.Axes).Union(scale)];
        known = known.All(label => double.IsFinite(Number(label))) ? [.. known.OrderBy(Number)] : known;
        return [.. different.OrderBy(
            label => Array.FindIndex(
                known, name => label == name || label.StartsWith($"{name}, ", StringComparison.Ordinal))
                is >= 0 and int at ? at : int.MaxValue)];

        string[] PointsIn(IEnumerable<StudyAxis> axes) => [.. axes.Where(axis => axis.Name == dimension)
            .SelectMany(axis => axis.Points).Select(point => point.Label)];
    }

    private string TitleOf(string dimension) => dimension == ArmName
        ? ""
        : study.Axes.FirstOrDefault(axis => axis.Name == dimension)?.Title ?? dimension;

    private StudyMeasure MeasureOf(string name)
        => study.Measures.FirstOrDefault(measure => measure.Name == name) ?? study.Measures[0];

    private static double Number(string label)
        => double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : double.NaN;
}
