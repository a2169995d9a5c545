using System.Text;
using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Fuzz;

/// <summary>Configurations, and the files in which runs describe themselves.</summary>
internal static class ConfigurationReaders
{
    private const string Anchored = "loss: &d\n  temperature: &t 0.5\nschedule:\n  epochs: &e 10\n  warmup_epochs: 1\n"
        + "? batch\n: {size: *e }\n...\n";

    private static readonly string[] Words =
    [
        "loss:", "temperature", "batch: {size: 8}", "&a ", "*a", "<<: *a", "- ", "? ", "!!str ", "!<x>", "|\n", ">-\n",
        "---\n", "...\n", "%YAML 1.2\n", "#", "\t", "preset: photos\n", "\"\\ud800\"", "\"\\u0000\"", "{\"a\":",
        "[[[[[[[[[[", "1e400", "0x7fffffff", ".inf", "auto", "\ufeff",
    ];

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new(
            "yaml",
            "my.yaml",
            _ => [.. Presets.Names.Select(name => Utf8(Presets.Text(name))), Utf8(Anchored), Json()],
            Configure)
        {
            Tokens = Words,
        },
        new("run-json", "run.json", folder => [ReaderCatalog.Written(folder, "run.json", Record().Write)], ReadRecord)
        {
            Tokens = Words,
        },
        new(
            "metrics",
            "metrics.jsonl",
            _ => [Utf8(
                "{\"step\":1,\"loss\":4.5}\n{\"step\":2,\"loss\":4.25,\"rate\":0.5}\n{\"step\":3,\"loss\":1e-3}\n")],
            ReadMetrics)
        {
            Tokens = Words,
        },
        new("state", "state.json", folder => [ReaderCatalog.Written(folder, "state.json", WriteState)], ReadState)
        {
            Tokens = Words,
        },
        new(
            "evaluation",
            "knn.json",
            folder => [ReaderCatalog.Written(folder, "knn.json", file => RecordFile.Write(file, Evaluation()))],
            ReadEvaluation)
        {
            Tokens = Words,
        },
    ];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Json() => Utf8(RunConfiguration.ToJson(new PretrainOptions()).ToJsonString());

    private static string? Configure(string file)
    {
        _ = RunConfiguration.ToJson(RunConfiguration.Resolve(new PretrainOptions(), file)).ToJsonString();
        return null;
    }

    private static RunRecord Record() => new(
        new PretrainOptions(),
        new RunRecord.DataRecord("photos", 3, 2, "abc"),
        new RunRecord.MachineRecord("Linux", "X64", 2, "cpu", "float32", 2),
        new RunRecord.VersionRecord("1.0.0", ".NET 10", "0.107.0"),
        10);

    private static string? ReadRecord(string file)
    {
        RunRecord record = RunRecord.Read(file);
        _ = RunConfiguration.Differences(RunConfiguration.Validate(record.Configuration, file), new PretrainOptions());
        _ = RunFacts.Collect(record).Count;
        return null;
    }

    private static void WriteState(string file) => RecordFile.Write(
        file,
        new RunState(
            RunStatus.Running, 1, 2, 0.5, 1, 1, "host", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));

    private static EvaluationRecord Evaluation() => new()
    {
        Kind = "knn",
        Data = new Dictionary<string, RunRecord.DataRecord> { ["test"] = new("photos", 3, 2, "abc") },
        Settings = new JsonObject { ["k"] = 20 },
        Encoder = new EvaluationRecord.EncoderRecord("00ff"),
        Results = new JsonObject { ["top1"] = 0.5, ["top1_interval"] = new JsonArray(0.4, 0.6) },
    };

    private static string? ReadState(string file)
    {
        _ = RecordFile.Read<RunState>(file, "the state of a run").StatusAt(DateTimeOffset.UnixEpoch);
        return null;
    }

    private static string? ReadEvaluation(string file)
    {
        EvaluationRecord record = EvaluationRecord.Read(file);
        _ = (record.Hash, record.Accuracy, record.AccuracyInterval);
        return null;
    }

    private static string? ReadMetrics(string file)
    {
        _ = MetricsLog.Read(file).Sum(values => values["step"]);
        return null;
    }
}
