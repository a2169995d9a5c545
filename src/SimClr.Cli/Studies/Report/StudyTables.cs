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
        FigureValue[] paper =
            [.. FigureValue.FromPaper(study).Where(value => results.Points.Any(value.Covers))];
        bool measures = results.Points.Select(point => point.Measure.Title).Distinct().Count() > 1;
        string[] columns =
        [
            "Arm",
            .. results.Plan.Axes.Select(axis => Capital(axis.Title)),
            .. measures ? ["Measure"] : Array.Empty<string>(),
            "Here",
            "95% interval",
            "Over",
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

    /// <summary>
    /// The paper's numbers of methods that the study has no arms for, one row per method; null if there are none.
    /// </summary>
    public static ChartTable? Others(StudyPaper paper)
    {
        if (paper.Others.Count == 0)
        {
            return null;
        }

        string[] groups = [.. paper.Others.Select(GroupOf).Distinct()];
        return new ChartTable(
            ["Method", .. groups.Select(group => group.Length > 0 ? group : Capital(paper.Measure))],
            [.. paper.Others.GroupBy(value => value.Path[^1]).Select(method => (IReadOnlyList<object?>)
            [
                method.Key,
                .. groups.Select(group => method.FirstOrDefault(value => GroupOf(value) == group)?.Value
                    .ToString("F1", CultureInfo.InvariantCulture)),
            ])]);
    }

    private static string GroupOf(PaperValue value) => string.Join(", ", value.Path.SkipLast(1));

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string? PaperOf(FigureValue[] paper, StudyPointResult point)
        => paper.FirstOrDefault(value => value.Covers(point)) is { } found
            ? StudyText.Number(found.Value, point.Measure)
            : null;
}
