using SimClr.Evaluation;

namespace SimClr.Cli.Studies;

/// <summary>
/// One measure at one point of the grid for one arm, over the seeds, in the unit of reports (percent).
/// </summary>
/// <param name="Arm">The arm.</param>
/// <param name="Points">The label on each axis.</param>
/// <param name="Measure">The measure.</param>
/// <param name="Values">The value of each seed that was measured.</param>
/// <param name="TestInterval">
/// The 95% interval over the test images of the single seed; null if there are several seeds or none.
/// </param>
/// <param name="Diverged">The number of seeds whose training diverged.</param>
/// <param name="Missing">The number of seeds that were not measured yet.</param>
internal sealed record StudyPointResult(
    StudyArm Arm,
    IReadOnlyList<string> Points,
    StudyMeasure Measure,
    IReadOnlyDictionary<long, double> Values,
    Interval? TestInterval,
    int Diverged,
    int Missing)
{
    /// <summary>The mean over the seeds; NaN without any.</summary>
    public double Mean => Values.Count == 0 ? double.NaN : Values.Values.Average();

    /// <summary>The interval over the seeds; that over the test images if there is one seed.</summary>
    public Interval? Interval { get; } = StudentT.MeanInterval([.. Values.Values]) ?? TestInterval;

    /// <summary>What the interval covers: <c>seeds</c>, <c>test images</c> or null.</summary>
    public string? IntervalKind => Values.Count > 1 ? "seeds" : TestInterval is null ? null : "test images";
}

/// <summary>The results of a study, as far as it was run.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Record">What it was run with.</param>
/// <param name="Directory">Where it was run.</param>
/// <param name="Cells">The records of the cells; null for those not measured yet.</param>
internal sealed record StudyResults(
    StudyPlan Plan,
    StudyRecord Record,
    StudyDirectory Directory,
    IReadOnlyList<(StudyCell Cell, CellRecord? Record)> Cells)
{
    /// <summary>Every measure at every point, in the order of the plan.</summary>
    public IReadOnlyList<StudyPointResult> Points { get; } = [.. PointsOf(Plan, Cells)];

    /// <summary>The judgment on each claim.</summary>
    public IReadOnlyList<ClaimOutcome> Claims
        => [.. Plan.Study.Claims.Select(claim => new ClaimJudge(this).Judge(claim))];

    /// <summary>The number of measured cells.</summary>
    public int Measured => Cells.Count(cell => cell.Record is not null);

    /// <summary>The duration of all training and measuring so far.</summary>
    public TimeSpan Cost => TimeSpan.FromSeconds(
        Cells.Where(cell => cell.Cell.Run is not null && cell.Record is not null)
            .DistinctBy(cell => cell.Cell.Run!.Name)
            .Sum(cell => cell.Record!.TrainSeconds)
        + Cells.Sum(cell => cell.Record?.Measurements.Values
            .DistinctBy(measurement => measurement.Command)
            .Sum(measurement => measurement.Seconds) ?? 0));

    /// <summary>Reads the results in a directory.</summary>
    /// <exception cref="DataException">No study was started there, or a file is damaged.</exception>
    public static StudyResults Load(StudyDirectory directory)
    {
        StudyRecord record = StudyRecord.Find(directory) ?? throw new DataException(
            $"{directory.Root}: no study was started there (there is no study.json); start one with 'simclr study run "
                + "NAME --out DIR'");
        Study study = StudyFile.Parse(
            File.Exists(directory.StudyFile)
                ? File.ReadAllText(directory.StudyFile)
                : throw new DataException(
                    $"{directory.Root}: study.yaml is missing; run the study again to restore it"),
            directory.StudyFile);
        StudyPlan plan = StudyPlan.Create(study, record.Scale, record.Seeds, record.Overrides);
        return Collect(plan, record, directory);
    }

    /// <summary>Reads the records of a plan's cells.</summary>
    /// <exception cref="DataException">A file is damaged.</exception>
    public static StudyResults Collect(StudyPlan plan, StudyRecord record, StudyDirectory directory) => new(
        plan,
        record,
        directory,
        [.. plan.Cells.Select(cell => (cell, CellRecord.Find(directory.CellFile(cell))))]);

    private static IEnumerable<StudyPointResult> PointsOf(
        StudyPlan plan, IReadOnlyList<(StudyCell Cell, CellRecord? Record)> cells)
    {
        foreach (var group in cells.GroupBy(cell => cell.Cell.Title))
        {
            StudyCell first = group.First().Cell;
            foreach (StudyMeasure measure in plan.Study.Measures.Where(
                measure => first.Arm.Measures.Count == 0 || first.Arm.Measures.Contains(measure.Name)))
            {
                yield return Point(first, measure, [.. group]);
            }
        }
    }

    private static StudyPointResult Point(
        StudyCell first, StudyMeasure measure, (StudyCell Cell, CellRecord? Record)[] seeds)
    {
        Dictionary<long, CellMeasurement> measured = [];
        foreach ((StudyCell cell, CellRecord? record) in seeds)
        {
            if (record?.Measurements.GetValueOrDefault(measure.Name) is { Value: not null } measurement)
            {
                measured[cell.Seed] = measurement;
            }
        }

        Interval? test = measured.Count == 1 && measured.Values.First() is { Low: { } low, High: { } high }
            ? new Interval(low * measure.Scale, high * measure.Scale)
            : null;
        return new StudyPointResult(
            first.Arm,
            [.. first.Points.Select(point => point.Label)],
            measure,
            measured.ToDictionary(entry => entry.Key, entry => entry.Value.Value!.Value * measure.Scale),
            test,
            seeds.Count(seed => seed.Record is { Diverged: true }),
            seeds.Count(seed => seed.Record is null));
    }
}
