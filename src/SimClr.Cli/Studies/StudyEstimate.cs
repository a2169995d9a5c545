using SimClr.Configuration;
using SimClr.Encoders;
using SimClr.Training;

namespace SimClr.Cli.Studies;

/// <summary>The expected cost of what is left of a study.</summary>
/// <param name="Time">The time to train, by the speed that <c>simclr doctor</c> measures.</param>
/// <param name="Measuring">
/// The time to measure the cells, by that of the finished ones; null if none is finished.
/// </param>
/// <param name="ImagesSeen">The number of images trained on, over all epochs.</param>
/// <param name="Bytes">The disk space of the runs.</param>
internal sealed record StudyEstimate(TimeSpan Time, TimeSpan? Measuring, long ImagesSeen, long Bytes)
{
    private const string TestedPreset = "cifar10-small";

    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Measures this machine for two seconds and estimates from that; without runs, there is no cost.
    /// </summary>
    public static StudyEstimate Create(
        CommandContext context,
        IReadOnlyDictionary<string, PretrainOptions> configurations,
        IReadOnlyList<StudyCell> cells,
        IReadOnlyList<CellRecord> finished,
        int images)
    {
        StudyRun[] runs = [.. cells.Select(cell => cell.Run).OfType<StudyRun>().DistinctBy(run => run.Name)];
        TimeSpan? measuring = finished.Count == 0
            ? null
            : cells.Count * TimeSpan.FromSeconds(finished.Average(MeasuringSeconds));
        if (runs.Length == 0)
        {
            return new StudyEstimate(TimeSpan.Zero, measuring, 0, 0);
        }

        PretrainOptions tested = Presets.Load(TestedPreset);
        tested = tested with { Device = context.Device ?? tested.Device, Threads = context.Threads ?? tested.Threads };
        context.WriteNote($"measuring the speed of training with {TestedPreset} …");
        SpeedMeasurement speed = SpeedTest.Run(tested, TestTime, context.Cancel);
        (double seconds, long seen, long bytes) = (0, 0, 0);
        foreach (StudyRun run in runs)
        {
            PretrainOptions options = configurations[run.Name];
            double whole = SpeedTest.Estimate(speed, tested, options, images).TotalSeconds;
            seconds += run.Verb == "supervised" ? whole / 2 : whole;   // one view instead of two
            seen += (long)images * options.Schedule.Epochs;
            bytes += BytesOf(options);
        }

        return new StudyEstimate(TimeSpan.FromSeconds(seconds), measuring, seen, bytes);
    }

    // A command that gives several measurements counts once.
    private static double MeasuringSeconds(CellRecord cell)
        => cell.Measurements.Values.DistinctBy(measurement => measurement.Command)
            .Sum(measurement => measurement.Seconds);

    // The encoder, and in each checkpoint weights and momentum.
    private static long BytesOf(PretrainOptions options)
        => sizeof(float) * EncoderCost.Parameters(options.Encoder, options.Views.Size)
            * (1 + (2L * options.Checkpoint.Keep));
}
