using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>A run as a row of the table of runs.</summary>
/// <param name="Name">The path of the run below the searched folder.</param>
/// <param name="Run">The run.</param>
/// <param name="Preset">The nearest preset; null if the configuration is unknown.</param>
/// <param name="Differences">The keys in which the run differs from the preset.</param>
internal sealed record RunRow(
    string Name, RunSummary Run, string? Preset, IReadOnlyList<ConfigurationDifference> Differences)
{
    /// <summary>The order by name.</summary>
    public const string ByName = "name";

    private const int ShownDifferences = 3;
    private const string Knn = "knn";
    private const string Linear = "linear";
    private const string None = "–";

    private static readonly string[] Headings =
    [
        "run", "state", "steps", "epochs", "loss", "kNN", "linear", "other", "original", "images/s",
        "preset and differences",
    ];

    /// <summary>The orders of the table.</summary>
    public static IReadOnlyList<string> Orders { get; } = [ByName, "started", "loss", Knn, Linear, "original"];

    /// <summary>Describes a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">The searched folder; the run itself shows its own name.</param>
    public static RunRow From(RunSummary run, string folder)
    {
        string relative = Path.GetRelativePath(folder, run.Run.Root);
        string name = relative == "." ? Path.GetFileName(Path.GetFullPath(run.Run.Root)) : relative;
        if (run.Record is not { } record)
        {
            return new RunRow(name, run, null, []);
        }

        (string preset, IReadOnlyList<ConfigurationDifference> differences) = Presets.Nearest(record.Configuration);
        return new RunRow(name, run, preset, differences);
    }

    /// <summary>Sorts rows: by name, else the best or newest first and rows without the value last.</summary>
    public static RunRow[] Sort(IReadOnlyList<RunRow> rows, string order) => order switch
    {
        "started" => [.. rows.OrderByDescending(row => row.Run.State?.Started)],
        "loss" => [.. rows.OrderBy(row => row.Run.FinalLoss ?? double.PositiveInfinity)],
        Knn => [.. rows.OrderByDescending(row => row.AccuracyOf(Knn) ?? row.Run.Latest(Knn))],
        Linear => [.. rows.OrderByDescending(row => row.AccuracyOf(Linear))],
        "original" => [.. rows.OrderByDescending(row => row.Run.Latest("find_original"))],
        _ => [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal)],
    };

    /// <summary>Returns the lines of the table, headings first.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<RunRow> rows)
        => Align([Headings, .. rows.Select(row => row.Cells())], firstColumns: 2);

    /// <summary>Aligns cells: text to the left, numbers to the right.</summary>
    /// <param name="cells">The rows of cells.</param>
    /// <param name="firstColumns">The number of columns of text; the last column is text too.</param>
    public static IEnumerable<string> Align(IReadOnlyList<string[]> cells, int firstColumns)
    {
        int last = cells[0].Length - 1;
        int[] widths = [.. cells[0].Select((_, column) => cells.Max(row => row[column].Length))];
        return cells.Select(row => string.Join("  ", row.Select((cell, column)
            => column < firstColumns || column == last
                ? cell.PadRight(widths[column])
                : cell.PadLeft(widths[column]))).TrimEnd());
    }

    /// <summary>Returns the run as JSON.</summary>
    public JsonObject Json() => new()
    {
        ["name"] = Name,
        ["run"] = Run.Run.Root,
        ["state"] = Run.Status.Text(),
        ["reason"] = Run.State?.Reason,
        ["step"] = Run.Step,
        ["steps"] = Run.Steps,
        ["epochs_done"] = Run.Epoch,
        ["epochs"] = Run.Record?.Configuration.Schedule.Epochs,
        ["started"] = Run.State?.Started,
        ["updated"] = Run.State?.Updated,
        ["seconds"] = Run.Seconds,
        ["final_loss"] = Run.FinalLoss,
        ["training_knn"] = Run.Latest(Knn),
        ["find_original"] = Run.Latest("find_original"),
        ["images_per_second"] = Run.ImagesPerSecond,
        ["evaluations"] = new JsonArray([.. Run.Evaluations.Select(Json)]),
        ["preset"] = Preset,
        ["differences"] = new JsonArray([.. Differences.Select(Json)]),
        ["unreadable"] = new JsonArray([.. Run.Unreadable.Select(message => JsonValue.Create(message))]),
    };

    /// <summary>Returns a text of an evaluation: its kind, and the set of the transfer suite.</summary>
    public static string TitleOf(EvaluationRecord record)
        => record.Settings["set"] is { } set ? $"{record.Kind} {set}" : record.Kind;

    /// <summary>Returns a value as a percentage, or a dash.</summary>
    public static string Percent(double? share) => share is { } value ? ProgressText.Percent(value) : None;

    /// <summary>Returns a number, or a dash.</summary>
    public static string Number(double? value, string format)
        => value?.ToString(format, CultureInfo.InvariantCulture) ?? None;

    private static JsonObject Json(EvaluationRecord record) => new()
    {
        ["kind"] = record.Kind,
        ["record"] = record.Name,
        ["set"] = record.Settings["set"]?.DeepClone(),
        ["test"] = record.Data.GetValueOrDefault("test")?.Name,
        ["step"] = record.Encoder.Step,
        ["accuracy"] = record.Accuracy,
        ["interval"] = record.AccuracyInterval is { } interval ? OutcomeJson.From(interval) : null,
        ["date"] = record.Date,
    };

    private static JsonObject Json(ConfigurationDifference difference) => new()
    {
        ["key"] = difference.Key,
        ["preset"] = JsonNode.Parse(difference.First),
        ["run"] = JsonNode.Parse(difference.Second),
    };

    private double? AccuracyOf(string kind) => Run.Evaluations.LastOrDefault(record => record.Kind == kind)?.Accuracy;

    private string[] Cells() =>
    [
        TerminalText.EscapeName(Name),
        Run.Status.Text(),
        Run.Steps is { } steps ? $"{Run.Step}/{steps}" : $"{Run.Step}",
        Number(Run.Epoch, "0.#"),
        Number(Run.FinalLoss, "F3"),
        AccuracyOf(Knn) is { } knn ? Percent(knn) : Run.Latest(Knn) is { } training ? $"({Percent(training)})" : None,
        Percent(AccuracyOf(Linear)),
        Others(),
        Percent(Run.Latest("find_original")),
        Number(Run.ImagesPerSecond, "F0"),
        TerminalText.EscapeName(PresetText()),
    ];

    private string Others()
    {
        string[] others =
        [
            .. Run.Evaluations.Where(record => record.Kind is not (Knn or Linear))
                .GroupBy(TitleOf)
                .Select(same => $"{same.Key} {Percent(same.Last().Accuracy)}"),
        ];
        return others.Length > 0 ? string.Join(", ", others) : None;
    }

    private string PresetText()
    {
        IEnumerable<string> shown =
            Differences.Take(ShownDifferences).Select(found => $"{found.Key}={found.Second.Trim('"')}");
        string more = Differences.Count > ShownDifferences ? $" and {Differences.Count - ShownDifferences} more" : "";
        return Preset is null ? None
            : Differences.Count == 0 ? Preset
            : $"{Preset}: {string.Join(", ", shown)}{more}";
    }
}
