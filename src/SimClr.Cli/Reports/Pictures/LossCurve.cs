using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using SimClr.Checkpoints;

namespace SimClr.Cli.Reports;

/// <summary>
/// Plots the course of a run: the loss of each logged step over epochs, the chance level and, if measured, the kNN
/// accuracy on a separate axis.
/// </summary>
internal static class LossCurve
{
    private const int Width = 700;
    private const int Height = 360;
    private const string LossColor = "#1f6feb";
    private const string KnnColor = "#c2410c";
    private const string ChanceColor = "#66727f";
    private const string TextColor = "#1f2933";
    private const string GridColor = "#e7ebef";

    /// <summary>Plots the metrics of a run.</summary>
    /// <param name="run">The run directory; its metrics may be missing.</param>
    /// <returns>An SVG element of <c>700 × 360</c>.</returns>
    public static string Svg(RunDirectory run) => Svg([.. run.ReadMetrics()]);

    /// <summary>Plots logged steps.</summary>
    public static string Svg(IReadOnlyList<IReadOnlyDictionary<string, double>> metrics)
    {
        LossPoint[] points = LossPoint.FromMetrics(metrics);
        using var plot = new Plot();
        Style(plot);
        double epochs = points.Length > 0 ? Math.Max(1, Math.Ceiling(points[^1].Epoch)) : 1;
        plot.Axes.SetLimitsX(0, epochs * 1.02);
        DrawKnn(plot, [.. points.Where(point => point.Knn is not null)]);
        DrawLoss(plot, points, epochs);
        bool measured = points.Any(point => point.Knn is not null);
        plot.Layout.Fixed(new PixelPadding(left: 64, right: measured ? 76 : 20, bottom: 52, top: 16));
        if (points.Length == 0)
        {
            plot.Axes.Left.TickGenerator = new EmptyTickGenerator();
            Text nothing = plot.Add.Text("no logged steps yet", epochs / 2, 0.5);
            nothing.LabelAlignment = Alignment.MiddleCenter;
            nothing.LabelFontSize = 15;
            nothing.LabelFontColor = Color.FromHex(ChanceColor);
            plot.Axes.SetLimitsY(0, 1);
        }

        return SvgText.Clean(plot.GetSvgXml(Width, Height), Describe(points));
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

    private static void DrawLoss(Plot plot, LossPoint[] points, double epochs)
    {
        if (points.Length == 0)
        {
            return;
        }

        Scatter curve = plot.Add.Scatter(
            points.Select(point => point.Epoch).ToArray(), [.. points.Select(point => point.Loss)]);
        curve.Color = Color.FromHex(LossColor);
        curve.LineWidth = 2;
        curve.MarkerSize = points.Length > 1 ? 0 : 9;
        double top = points.Max(point => point.Loss);
        double bottom = points.Min(point => point.Loss);
        if (points[^1].Chance is { } chance)
        {
            DrawChance(plot, chance, epochs);
            (top, bottom) = (Math.Max(top, chance), Math.Min(bottom, chance));
        }

        double room = Math.Max(0.05, (top - bottom) * 0.12);
        plot.Axes.SetLimitsY(bottom - room, top + (1.3 * room));
        string digits = (top - bottom) switch { > 20 => "0", > 1 => "0.0", > 0.1 => "0.00", _ => "0.000" };
        plot.Axes.Left.TickGenerator = new NumericAutomatic
        {
            LabelFormatter = value => value.ToString(digits, CultureInfo.InvariantCulture),
        };
    }

    private static void DrawChance(Plot plot, double level, double epochs)
    {
        HorizontalLine line = plot.Add.HorizontalLine(level);
        line.LinePattern = LinePattern.Dashed;
        line.LineWidth = 1.25f;
        line.Color = Color.FromHex(ChanceColor);
        Text label = plot.Add.Text(
            string.Create(CultureInfo.InvariantCulture, $"chance level {level:F2}"), epochs * 1.01, level);
        label.LabelAlignment = Alignment.LowerRight;
        label.LabelFontSize = 12;
        label.LabelFontColor = Color.FromHex(ChanceColor);
        label.OffsetY = -3;
    }

    private static void DrawKnn(Plot plot, LossPoint[] points)
    {
        if (points.Length == 0)
        {
            plot.Axes.Right.IsVisible = false;
            return;
        }

        Scatter curve = plot.Add.Scatter(
            points.Select(point => point.Epoch).ToArray(), [.. points.Select(point => 100 * point.Knn!.Value)]);
        curve.Axes.YAxis = plot.Axes.Right;
        curve.Color = Color.FromHex(KnnColor);
        curve.LineWidth = 1.5f;
        curve.MarkerSize = 6;
        curve.MarkerShape = MarkerShape.FilledDiamond;
        IYAxis axis = plot.Axes.Right;
        axis.Min = 0;
        axis.Max = 104;
        axis.TickGenerator = new NumericManual([0, 20, 40, 60, 80, 100], ["0%", "20%", "40%", "60%", "80%", "100%"]);
        axis.Label.Text = "kNN accuracy";
        axis.Label.ForeColor = Color.FromHex(KnnColor);
    }

    private static void Style(Plot plot)
    {
        plot.Font.Set(Lettering.Family);
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Grid.MajorLineColor = Color.FromHex(GridColor);
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.Axes.Color(Color.FromHex(TextColor));
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.FrameLineStyle.Color = Color.FromHex(GridColor);
            axis.MajorTickStyle.Color = Color.FromHex(GridColor);
            axis.MinorTickStyle.Length = 0;
            axis.TickLabelStyle.FontSize = 12;
            axis.TickLabelStyle.FontName = Lettering.Family;
            axis.Label.FontSize = 13;
            axis.Label.FontName = Lettering.Family;
            axis.Label.Bold = false;
        }

        plot.Axes.Left.Label.Text = "loss";
        plot.Axes.Left.Label.ForeColor = Color.FromHex(LossColor);
        plot.Axes.Bottom.Label.Text = "epoch";
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = value => value.ToString("0", CultureInfo.InvariantCulture),
        };
    }
}
