namespace SimClr.Cli.Studies;

/// <summary>A number of a figure, measured here or printed in the paper.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Labels">The label on each axis.</param>
/// <param name="Measure">The measure.</param>
/// <param name="Value">The number; NaN if it is missing.</param>
internal sealed record FigureValue(string Arm, IReadOnlyList<string> Labels, string Measure, double Value)
{
    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>The numbers of the seeds.</summary>
    public IReadOnlyList<double> Seeds { get; init; } = [];

    /// <summary>Why the number is missing; empty if it is not.</summary>
    public string Missing { get; init; } = "";

    /// <summary>Returns the numbers that were measured here.</summary>
    public static IEnumerable<FigureValue> FromResults(StudyResults results)
        => results.Points.Select(point => new FigureValue(point.Arm.Name, point.Points, point.Measure.Name, point.Mean)
        {
            Low = point.Interval?.Low,
            High = point.Interval?.High,
            Seeds = point.Values.Count > 1 ? [.. point.Values.Values] : [],
            Missing = point.Values.Count > 0 ? "" : point.Diverged > 0 ? "diverged" : "not measured",
        });

    /// <summary>
    /// Returns the numbers that the paper prints. One without a measure is the first drawn measure of its arm.
    /// </summary>
    public static IEnumerable<FigureValue> FromPaper(Study study) => study.Paper.Values.Select(value =>
    {
        string[] labels = [.. value.Path.Skip(1)];
        bool hasMeasure = labels.Length > 0 && study.Measures.Any(measure => measure.Name == labels[^1])
            && (labels.Length > study.Axes.Count
                || study.Axes.All(axis => axis.Points.All(point => point.Label != labels[^1])));
        return new FigureValue(
            value.Path[0],
            hasMeasure ? labels[..^1] : labels,
            hasMeasure ? labels[^1] : DrawnMeasure(study, value.Path[0]),
            value.Value);
    });

    /// <summary>
    /// Whether the number belongs to a point of the grid. The paper may leave out the last axes: it prints the best
    /// number along them.
    /// </summary>
    public bool Covers(StudyPointResult point) => Arm == point.Arm.Name
        && Measure == point.Measure.Name
        && Labels.SequenceEqual(point.Points.Take(Labels.Count));

    private static string DrawnMeasure(Study study, string arm)
    {
        IReadOnlyList<string> own = study.Arms.FirstOrDefault(known => known.Name == arm)?.Measures ?? [];
        return own.Count == 0 ? study.Plot.Y[0] : study.Plot.Y.FirstOrDefault(own.Contains) ?? own[0];
    }
}
