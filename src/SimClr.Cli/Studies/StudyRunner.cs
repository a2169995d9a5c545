using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Cli.Studies;

/// <summary>
/// Trains the runs of a study and measures its cells, by the same commands that a user would type, in this process.
/// What exists is not computed again; a run that was interrupted is resumed.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="commands">The command lines.</param>
/// <param name="directory">The directory of the study.</param>
/// <param name="configurations">The configuration of each run by name.</param>
/// <param name="shared">Options for every command, such as <c>--threads</c>.</param>
/// <param name="error">Receives progress.</param>
internal sealed class StudyRunner(
    StudyPlan plan,
    StudyCommands commands,
    StudyDirectory directory,
    IReadOnlyDictionary<string, PretrainOptions> configurations,
    IReadOnlyList<string> shared,
    TextWriter error)
{
    private const int Diverged = 4;
    private const int Interrupted = 130;
    private const string TrainingTime = "study_seconds";

    private static readonly string[] Resume = ["--resume"];

    /// <summary>The version of the command.</summary>
    public static string Version { get; } = typeof(Pretrainer).Assembly.GetName().Version!.ToString(3);

    /// <summary>Checks everything that exists against the plan, before anything is computed.</summary>
    /// <exception cref="ResumeMismatchException">A run or cell is that of another plan or version.</exception>
    public void Check(IReadOnlyList<StudyCell> cells)
    {
        foreach (StudyRun run in cells.Select(cell => cell.Run).OfType<StudyRun>().DistinctBy(run => run.Name))
        {
            CheckRun(run);
        }

        foreach (StudyCell cell in cells)
        {
            _ = Finished(cell);
        }
    }

    /// <summary>Trains and measures the cells that are not finished.</summary>
    /// <exception cref="StudyStoppedException">A command failed or was interrupted.</exception>
    public void Run(IReadOnlyList<StudyCell> cells, CancellationToken cancel)
    {
        foreach ((int index, StudyCell cell) in cells.Index())
        {
            cancel.ThrowIfCancellationRequested();
            if (Finished(cell) is null)
            {
                error.WriteLine($"cell {index + 1} of {cells.Count}: {cell.Title}, seed {cell.Seed}");
                Measure(cell, cancel);
            }
        }
    }

    /// <summary>Returns the record of a finished cell; null if the cell must be measured.</summary>
    /// <exception cref="ResumeMismatchException">The record is that of another plan or version.</exception>
    public CellRecord? Finished(StudyCell cell)
    {
        string file = directory.CellFile(cell);
        CellRecord? record = CellRecord.Find(file);
        if (record is null)
        {
            return null;
        }

        string? train = cell.Run is { } run ? Recorded(commands.Train(run)) : null;
        Dictionary<string, string> planned = commands.Measure(cell)
            .SelectMany(group => group.Measures.Select(measure => (measure.Name, Recorded(group.Command))))
            .ToDictionary();
        string? difference = record.Version != Version ? $"simclr {record.Version} measured it, and this is {Version}"
            : record.Train != train ? $"it was trained by '{record.Train}', and the plan says '{train}'"
            : !record.Diverged && planned.FirstOrDefault(
                measure => record.Measurements.TryGetValue(measure.Key, out CellMeasurement? before)
                    && before.Command != measure.Value) is { Key: { } name }
                ? $"'{name}' was measured by another command"
            : null;
        if (difference is not null)
        {
            throw new ResumeMismatchException(
            [
                $"{file}: the cell is not the one planned: {difference}.",
                "Remove the file to measure it again, or run the study in another directory with --out.",
            ]);
        }

        return record.Diverged || commands.MeasuresOf(cell).All(measure => IsMeasured(cell, measure, record))
            ? record
            : null;
    }

    // What lacked its folder is measured once the folder is there.
    private bool IsMeasured(StudyCell cell, StudyMeasure measure, CellRecord record)
        => record.Measurements.TryGetValue(measure.Name, out CellMeasurement? measured)
            && (measured.Value is not null
                || commands.Needs(cell, measure) is not { } folder
                || !Directory.Exists(folder));

    private void CheckRun(StudyRun run)
    {
        var files = new RunDirectory(directory.Run(run));
        if (RunRecord.Find(files) is not { } record)
        {
            return;
        }

        PretrainOptions planned = configurations[run.Name];
        ConfigurationDifference[] differences = [.. RunConfiguration.Differences(record.Configuration, planned)
            .Where(difference => difference.Key is not ("device" or "threads"))];
        if (record.Versions.Simclr != Version || record.Task != run.Verb || differences.Length > 0)
        {
            throw new ResumeMismatchException(
            [
                $"{files.Root}: the run there is not the one planned:",
                .. record.Versions.Simclr == Version ? Array.Empty<string>()
                    : [$"version: there {record.Versions.Simclr}, here {Version}"],
                .. record.Task == run.Verb ? Array.Empty<string>() : [$"verb: there {record.Task}, here {run.Verb}"],
                .. differences.Select(
                    difference => $"{difference.Key}: there {difference.First}, here {difference.Second}"),
                "Remove the run, or run the study in another directory with --out.",
            ]);
        }
    }

    private void Measure(StudyCell cell, CancellationToken cancel)
    {
        CellRecord? before = CellRecord.Find(directory.CellFile(cell));
        Dictionary<string, CellMeasurement> measured = new(
            before?.Measurements ?? new Dictionary<string, CellMeasurement>());
        JsonObject? trained = cell.Run is { } run ? Train(run, cancel) : null;

        Directory.CreateDirectory(Path.GetDirectoryName(directory.CellFile(cell))!);
        if (trained is not null || cell.Run is null)
        {
            foreach ((string[] command, StudyMeasure[] measures) in commands.Measure(cell))
            {
                if (before is not null && measures.All(measure => IsMeasured(cell, measure, before)))
                {
                    continue;
                }

                if (commands.Needs(cell, measures[0]) is { } folder && !Directory.Exists(folder))
                {
                    error.WriteLine($"  not measured: {measures[0].Title}; there is no folder '{folder}'");
                    foreach (StudyMeasure measure in measures)
                    {
                        measured[measure.Name] = new CellMeasurement(Recorded(command), null, null, null, 0);
                    }

                    continue;
                }

                long begin = Stopwatch.GetTimestamp();
                JsonObject result = Execute(command, cancel)!;
                double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
                foreach (StudyMeasure measure in measures)
                {
                    measured[measure.Name] = Measurement(result, cell, measure, Recorded(command), seconds);
                }
            }

            foreach (StudyMeasure measure in commands.MeasuresOf(cell).Where(measure => measure.Command is null))
            {
                measured[measure.Name] = Measurement(
                    trained ?? [], cell, measure, Recorded(commands.Train(cell.Run!)), 0);
            }
        }

        new CellRecord(
            plan.Study.Name,
            cell.Arm.Name,
            [.. cell.Points.Select(point => point.Label)],
            cell.Seed,
            Version,
            cell.Run is { } own ? Recorded(commands.Train(own)) : null,
            cell.Run is not null && trained is null,
            cell.Run is { } timed ? TrainSeconds(timed) : 0,
            measured).Write(directory.CellFile(cell));
    }

    // Returns the JSON of the training command; null if training diverged. The JSON is kept beside the runs, because a
    // second training command of a finished run would not repeat all of it.
    private JsonObject? Train(StudyRun run, CancellationToken cancel)
    {
        if (Trained(run) is { } known)
        {
            return known["diverged"] is null ? known : null;
        }

        bool resumes = new RunDirectory(directory.Run(run)).HasRun;
        long begin = Stopwatch.GetTimestamp();
        JsonObject? json = Execute(
            [.. commands.Train(run), .. resumes ? Resume : []], cancel, mayDiverge: true);
        JsonObject kept = json?.DeepClone().AsObject() ?? new JsonObject { ["diverged"] = true };
        kept[TrainingTime] = Math.Round(Stopwatch.GetElapsedTime(begin).TotalSeconds, 2);
        Internals.AtomicFile.WriteText(ResultOf(run), kept.ToJsonString() + "\n");
        return json;
    }

    private string ResultOf(StudyRun run) => Path.Combine(directory.Run(run), "study-result.json");

    // Null if the run was not trained to its end, or if the file is damaged: then the command is repeated, which
    // resumes the run.
    private JsonObject? Trained(StudyRun run)
    {
        try
        {
            return File.Exists(ResultOf(run))
                && JsonNode.Parse(File.ReadAllText(ResultOf(run))) is JsonObject result
                && result[TrainingTime]?.GetValueKind() == JsonValueKind.Number
                ? result
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private double TrainSeconds(StudyRun run) => Trained(run)?[TrainingTime]!.GetValue<double>() ?? 0;

    private JsonObject? Execute(string[] command, CancellationToken cancel, bool mayDiverge = false)
    {
        error.WriteLine($"  simclr {Text(command)}");
        using var output = new StringWriter();
        int code = CommandLine.Run([.. command, .. shared, "--json"], output, error, cancel);
        return code switch
        {
            0 => JsonNode.Parse(output.ToString())!.AsObject(),
            Diverged when mayDiverge => null,
            _ => throw new StudyStoppedException(code, code == Interrupted
                ? "the study was interrupted; the same command continues it"
                : $"the study stopped at 'simclr {Text(command)}'; once the cause is removed, the same command "
                    + "continues it"),
        };
    }

    private CellMeasurement Measurement(
        JsonObject result, StudyCell cell, StudyMeasure measure, string command, double seconds)
    {
        string place = commands.Place(cell, measure);
        JsonNode? node = At(result, place);
        var value = node as JsonValue;
        if (value?.GetValueKind() != JsonValueKind.Number && !measure.Optional)
        {
            throw new ConfigurationException(
                $"study '{plan.Study.Name}': 'simclr {command}' reports no number '{place}' for the measure "
                    + $"'{measure.Name}'; its keys are {string.Join(", ", result.Select(entry => entry.Key))}");
        }

        var interval = At(result, $"{place}_interval") as JsonArray ?? Sibling(result, place);
        return new CellMeasurement(
            command,
            value?.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null,
            interval?[0]?.GetValue<double>(),
            interval?[1]?.GetValue<double>(),
            Math.Round(seconds, 2),
            measure.Series is { } path && At(result, path) is JsonArray series
                ? [.. series.Select(item => item!.GetValue<double>())]
                : null);
    }

    // An "interval" beside the value, as in {"accuracy": 0.9, "interval": [0.8, 1]}.
    private static JsonArray? Sibling(JsonObject result, string path)
        => path.LastIndexOf('.') is > 0 and var dot ? At(result, $"{path[..dot]}.interval") as JsonArray : null;

    private static JsonNode? At(JsonObject result, string path)
        => path.Split('.').Aggregate((JsonNode?)result, (node, key) => node switch
        {
            JsonObject section => section[key],
            JsonArray list => list.FirstOrDefault(item => (string?)(item as JsonObject)?["name"] == key),
            _ => null,
        });

    // Relative to the directory of the study, which may be moved.
    private string Recorded(IEnumerable<string> command)
    {
        string below = directory.Root + Path.DirectorySeparatorChar;
        return Text(
            command.Select(word => word.StartsWith(below, StringComparison.Ordinal) ? word[below.Length..] : word));
    }

    private static string Text(IEnumerable<string> command) => string.Join(' ', command.Select(ShellText.Quote));
}
