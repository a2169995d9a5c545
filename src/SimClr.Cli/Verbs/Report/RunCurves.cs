using SimClr.Cli.Reports;

namespace SimClr.Cli.Verbs;

/// <summary>Charts the logged steps of runs, each quantity in a chart of its own.</summary>
internal static class RunCurves
{
    // More points than pixels; a longer log is averaged.
    private const int MaxPoints = 400;
    private const double Gigabyte = 1 << 30;

    /// <summary>The quantities: key in <c>metrics.jsonl</c>, title, axis, unit.</summary>
    private static readonly (string Key, string Title, ChartAxis Axis, double Unit)[] Quantities =
    [
        ("loss", "Training loss", new ChartAxis("loss"), 1),
        ("positive_first", "Contrastive accuracy", Share("views whose partner ranks first"), 1),
        ("batch_top1", "Top-1 of the last batch", Share("top-1 accuracy"), 1),
        ("knn", "kNN on held-out training images", Share("top-1 accuracy"), 1),
        ("find_original", "Find original, perturbed training images", Share("originals found"), 1),
        ("online_linear", "Online linear classifier", Share("top-1 accuracy"), 1),
        ("spread_h", "Spread of h (0 is collapse, 1 is even)", new ChartAxis("spread") { Min = 0, Max = 1 }, 1),
        ("learning_rate", "Learning rate", new ChartAxis("learning rate") { Min = 0 }, 1),
        ("gradient_norm", "Norm of the gradient", new ChartAxis("norm"), 1),
        ("images_per_second", "Speed", new ChartAxis("images per second") { Min = 0 }, 1),
        ("memory", "Memory of the process", new ChartAxis("GB") { Min = 0 }, Gigabyte),
        ("device_memory", "Memory of the device, by all processes", new ChartAxis("GB") { Min = 0 }, Gigabyte),
    ];

    /// <summary>Returns the charts of the quantities that at least one run has logged.</summary>
    public static IReadOnlyList<Chart> Create(IReadOnlyList<ReportedRun> runs)
    {
        List<Chart> charts = [];
        foreach ((string key, string title, ChartAxis axis, double unit) in Quantities)
        {
            ChartSeries[] series =
            [
                .. runs.Select(run => ChartSeries.FromValues(run.Name, Course(run, key, unit)))
                    .Where(one => one.Points.Count > 0),
            ];
            if (series.Length > 0 || key == "loss")
            {
                charts.Add(new LineChart(title, new ChartAxis("epoch") { Min = 0 }, axis, series)
                {
                    ShowsLegend = runs.Count > 1,
                    Empty = "no logged steps yet",
                    References = key == "loss" ? Chance(runs) : [],
                });
            }
        }

        return charts;
    }

    private static IEnumerable<(double X, double Y)> Course(ReportedRun run, string key, double unit)
        => RunCourse.Of(run.Summary, key, MaxPoints).Select(point => (point.X, point.Y / unit));

    /// <summary>Returns the chance level of the loss, if it is the same for all runs.</summary>
    private static ChartReference[] Chance(IReadOnlyList<ReportedRun> runs)
    {
        double?[] levels = [.. runs.Select(run => run.Summary.Latest("chance_loss")).Distinct()];
        return levels is [{ } level]
            ? [new ChartReference($"chance level {ChartNumber.Format(level, 0.01, percent: false)}", level)]
            : [];
    }

    private static ChartAxis Share(string label) => new(label) { IsPercent = true, Min = 0, Max = 1 };
}
