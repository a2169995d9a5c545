using System.Globalization;
using SimClr.Cli.Reports;

namespace SimClr.Cli.Studies;

/// <summary>The results of a study as tables.</summary>
internal static class StudyTables
{
    /// <summary>The table for readers: means with their intervals beside the paper's numbers.</summary>
    public static ChartTable Summary(StudyResults results)
    {
        Study study = results.Plan.Study;
        FigureValue[] paper = [.. FigureValue.FromPaper(study)];
        bool measures = results.Points.Select(point => point.Measure.Name).Distinct().Count() > 1;
        string[] columns =
        [
            "Arm",
            .. results.Plan.Axes.Select(axis => axis.Title),
            .. measures ? ["Measure"] : Array.Empty<string>(),
            "Here",
            "95% interval",
            "over",
            "Seeds",
            .. paper.Length > 0 ? ["Paper"] : Array.Empty<string>(),
        ];
        return new ChartTable(
            columns,
            [.. results.Points.Select(point => (IReadOnlyList<object?>)
            [
                point.Arm.Name,
                .. point.Points,
                .. measures ? [point.Measure.Title] : Array.Empty<string>(),
                point.Values.Count > 0 ? StudyText.Number(point.Mean, point.Measure)
                    : point.Diverged > 0 ? "diverged" : null,
                point.Interval is { } ends && point.Values.Count > 0
                    ? $"{StudyText.Number(ends.Low, point.Measure)} – {StudyText.Number(ends.High, point.Measure)}"
                    : null,
                point.IntervalKind,
                point.Values.Count.ToString(CultureInfo.InvariantCulture),
                .. paper.Length > 0 ? [PaperOf(paper, point)] : Array.Empty<object?>(),
            ])]);
    }

    /// <summary>The table for programs: one row per seed, and one per mean.</summary>
    public static ChartTable Values(StudyResults results) => new(
        ["arm", .. results.Plan.Axes.Select(axis => axis.Name), "measure", "seed", "value", "low", "high", "interval"],
        [.. results.Points.SelectMany(point => (IEnumerable<IReadOnlyList<object?>>)
        [
            .. point.Values.Select(entry => (IReadOnlyList<object?>)
                [point.Arm.Name, .. point.Points, point.Measure.Name, entry.Key, entry.Value, null, null, null]),
            [
                point.Arm.Name, .. point.Points, point.Measure.Name, "mean", point.Mean, point.Interval?.Low,
                point.Interval?.High, point.IntervalKind,
            ],
        ])]);

    private static string? PaperOf(FigureValue[] paper, StudyPointResult point)
        => paper.FirstOrDefault(value => value.Arm == point.Arm.Name
            && value.Labels.SequenceEqual(point.Points)
            && (value.Measure.Length == 0 || value.Measure == point.Measure.Name)) is { } found
                ? StudyText.Number(found.Value, point.Measure)
                : null;
}
