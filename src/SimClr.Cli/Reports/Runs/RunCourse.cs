using SimClr.Training;

namespace SimClr.Cli.Reports;

/// <summary>A logged quantity of a run over epochs.</summary>
internal static class RunCourse
{
    /// <summary>Returns the values over epochs; a longer log is averaged over neighboring steps.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The name in <c>metrics.jsonl</c>.</param>
    /// <param name="maxPoints">The maximum number of points.</param>
    public static IEnumerable<(double X, double Y)> Of(RunSummary run, string key, int maxPoints)
    {
        double stepsPerEpoch = StepsPerEpoch(run);
        (double X, double Y)[] points =
        [
            .. run.Metrics.Where(row => row.TryGetValue(key, out double value) && double.IsFinite(value))
                .Select(
                    row => (row.TryGetValue("epochs_done", out double epochs) ? epochs : row["step"] / stepsPerEpoch,
                        row[key])),
        ];
        int group = (points.Length + maxPoints - 1) / maxPoints;
        return group <= 1
            ? points
            : points.Chunk(group).Select(part => (part.Average(point => point.X), part.Average(point => point.Y)));
    }

    private static double StepsPerEpoch(RunSummary run)
        => run.Record is { TotalSteps: > 0 } record
            ? Math.Max(1, (double)record.TotalSteps / record.Configuration.Schedule.Epochs)
            : run.Metrics.Select(row => row["step"] / Math.Max(1, row.GetValueOrDefault("epoch")))
                .DefaultIfEmpty(1)
                .Max();
}
