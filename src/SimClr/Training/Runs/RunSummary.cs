using SimClr.Checkpoints;

namespace SimClr.Training;

/// <summary>
/// What a run directory says about its run, without the weights: configuration, state, metrics and evaluations. Damaged
/// files are listed in <see cref="Unreadable"/> and do not hide the others.
/// </summary>
public sealed class RunSummary
{
    private readonly List<string> unreadable = [];

    private RunSummary(string run) => Run = new RunDirectory(run);

    /// <summary>The run directory.</summary>
    public RunDirectory Run { get; }

    /// <summary>The content of <c>run.json</c>; null if it is damaged.</summary>
    public RunRecord? Record { get; private set; }

    /// <summary>The content of <c>state.json</c>; null if it is damaged or missing, as in earlier versions.</summary>
    public RunState? State { get; private set; }

    /// <summary>The status at the time of reading.</summary>
    public RunStatus Status { get; private set; }

    /// <summary>The logged steps, first to last, each with its values by name.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Metrics { get; private set; } = [];

    /// <summary>The records of evaluations, oldest first.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations { get; private set; } = [];

    /// <summary>One message for each file that cannot be used: its path and the reason.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    /// <summary>The number of steps done.</summary>
    public long Step => State?.Step ?? (long)(Latest("step") ?? 0);

    /// <summary>The number of steps of the whole run; null if unknown.</summary>
    public long? Steps => Record?.TotalSteps ?? State?.Steps;

    /// <summary>The number of epochs done, with its fraction; null if unknown.</summary>
    public double? Epoch => Finite(State?.Epoch) ?? Latest("epochs_done") ?? Latest("epoch");

    /// <summary>The last logged loss, or null.</summary>
    public double? FinalLoss => Latest("loss");

    /// <summary>The seconds of training over all sessions; null if unknown, as in earlier versions.</summary>
    public double? Seconds => Latest("seconds");

    /// <summary>The median speed of the logged steps, in images per second; null without a log.</summary>
    public double? ImagesPerSecond
    {
        get
        {
            double[] speeds = [.. Metrics.Select(row => Finite(row.GetValueOrDefault("images_per_second", double.NaN)))
                .OfType<double>()
                .Order()];
            return speeds.Length > 0 ? speeds[speeds.Length / 2] : null;
        }
    }

    /// <summary>Returns the last logged value of a metric, such as <c>find_original</c>; or null.</summary>
    public double? Latest(string metric)
        => Metrics.LastOrDefault(row => row.ContainsKey(metric)) is { } row ? Finite(row[metric]) : null;

    /// <summary>Reads a run directory.</summary>
    /// <param name="run">The run directory.</param>
    /// <exception cref="DataException">No run was started in the directory.</exception>
    public static RunSummary Read(string run)
    {
        var summary = new RunSummary(run);
        if (!summary.Run.HasRun)
        {
            throw new DataException($"{run}: there is no run here; expected a directory with run.json");
        }

        RunDirectory directory = summary.Run;
        summary.Record = summary.OrNote(() => RunRecord.Read(directory.RunFile));
        summary.State = summary.OrNote(() => RunState.Find(directory));
        summary.Status = summary.State?.StatusAt(TimeProvider.System.GetUtcNow()) ?? StatusOf(directory);
        summary.Metrics = summary.OrNote(() => directory.ReadMetrics().ToArray()) ?? [];
        summary.Evaluations =
        [
            .. (summary.OrNote(() => EvaluationRecord.FilesIn(directory)) ?? [])
                .Select(file => summary.OrNote(() => EvaluationRecord.Read(file)))
                .OfType<EvaluationRecord>()
                .OrderBy(evaluation => evaluation.Date),
        ];
        return summary;
    }

    /// <summary>
    /// Returns the run directories in a folder and its subfolders, sorted by path. A run directory is not searched for
    /// further runs, and folders that cannot be listed are left out.
    /// </summary>
    /// <param name="folder">The folder, which may be a run directory itself.</param>
    /// <param name="depth">The number of levels of subfolders to search, 0 or more. Default: 5.</param>
    /// <exception cref="DataException">There is no such folder, or no run in it.</exception>
    public static IReadOnlyList<string> Find(string folder, int depth = 5)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        if (!Directory.Exists(folder))
        {
            throw new DataException($"{folder}: there is no such folder; expected one with run directories");
        }

        string[] found = [.. Search(folder, depth).Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new DataException(
            $"{folder}: there is no run in this folder or up to {depth} levels below; expected directories with "
                + "run.json, which Pretrainer.Run writes");
    }

    private static IEnumerable<string> Search(string folder, int depth)
    {
        if (new RunDirectory(folder).HasRun)
        {
            return [folder];
        }

        return depth == 0 ? [] : Directory
            .EnumerateDirectories(folder, "*", new EnumerationOptions { IgnoreInaccessible = true })
            .SelectMany(inner => Search(inner, depth - 1));
    }

    // A run of an earlier version, or one whose state is damaged.
    private static RunStatus StatusOf(RunDirectory run)
        => File.Exists(run.EncoderFile) ? RunStatus.Finished : RunStatus.Stopped;

    // A file edited by hand may hold 1e400, which JSON cannot repeat.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private T? OrNote<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is DataException or IOException or UnauthorizedAccessException)
        {
            unreadable.Add(error.Message);
            return null;
        }
    }
}
