using System.Globalization;
using SimClr.Checkpoints;

namespace SimClr.Cli.Reports;

/// <summary>
/// Charts the course of a run: the loss of each logged step over epochs with the chance level and, if measured, the kNN
/// accuracy in a chart of its own.
/// </summary>
internal static class LossCurve
{
    private const int Width = 700;
    private const int Height = 360;
    private const string LossName = "loss";
    private const string KnnName = "kNN accuracy";

    /// <summary>Draws the metrics of a run.</summary>
    /// <param name="run">The run directory; its metrics may be missing.</param>
    /// <returns>An SVG file of <c>700 × 360</c>.</returns>
    public static string Svg(RunDirectory run) => Svg([.. run.ReadMetrics()]);

    /// <summary>Draws logged steps.</summary>
    public static string Svg(IReadOnlyList<IReadOnlyDictionary<string, double>> metrics)
    {
        LossPoint[] points = LossPoint.FromMetrics(metrics);
        IReadOnlyList<Chart> charts = Charts(points);
        double width = (Width - (24.0 * (charts.Count - 1))) / charts.Count;
        var panels = new ChartPanels("", [.. charts.Select(chart => chart with { Width = width, Height = Height })], 2)
        {
            Width = Width,
            Height = Height,
            Description = Describe(points),
        };
        return ChartFile.Svg(panels, new ChartColors(LossName, KnnName));
    }

    /// <summary>Returns the charts of a run for a page.</summary>
    public static IReadOnlyList<Chart> Charts(RunDirectory run)
        => Charts(LossPoint.FromMetrics([.. run.ReadMetrics()]));

    private static IReadOnlyList<Chart> Charts(LossPoint[] points)
    {
        double epochs = points.Length > 0 ? Math.Max(1, Math.Ceiling(points[^1].Epoch)) : 1;
        var epoch = new ChartAxis("epoch") { Min = 0, Max = epochs };
        LossPoint[] measured = [.. points.Where(point => point.Knn is not null)];
        var loss = new LineChart(
            "Training loss",
            epoch,
            new ChartAxis("loss"),
            [ChartSeries.FromValues(LossName, points.Select(point => (point.Epoch, point.Loss)))])
        {
            Empty = "no logged steps yet",
            Description = Describe(points),
            References = points.Length > 0 && points[^1].Chance is { } chance
                ? [new ChartReference(string.Create(CultureInfo.InvariantCulture, $"chance level {chance:F2}"), chance)]
                : [],
        };
        if (measured.Length == 0)
        {
            return [loss];
        }

        var knn = new LineChart(
            "kNN on held-out training images",
            epoch,
            new ChartAxis(KnnName) { IsPercent = true, Min = 0, Max = 1 },
            [ChartSeries.FromValues(KnnName, measured.Select(point => (point.Epoch, point.Knn!.Value)))]);
        return [loss, knn];
    }

    /// <summary>Describes the curve in words for readers who cannot see it.</summary>
    private static string Describe(LossPoint[] points)
    {
        if (points.Length == 0)
        {
            return "Training loss: no logged steps yet.";
        }

        string chance = points[^1].Chance is { } level
            ? string.Create(CultureInfo.InvariantCulture, $"; chance level {level:F2}")
            : "";
        string knn = points.LastOrDefault(point => point.Knn is not null)?.Knn is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"; final kNN accuracy {HtmlText.Percent(accuracy)}")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Training loss over epochs, from {points[0].Loss:F2} to {points[^1].Loss:F2}{chance}{knn}.");
    }
}
