using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>A key with different values in some runs.</summary>
/// <param name="Key">The path of the key, such as <c>loss.temperature</c>; or <c>task</c> or <c>train_images</c>.</param>
/// <param name="Values">The value in each run, as JSON.</param>
internal sealed record RunDifferences(string Key, IReadOnlyList<string> Values)
{
    /// <summary>Returns the differences of the configurations, in order of declaration, after those of the data.</summary>
    /// <exception cref="DataException">The configuration of a run cannot be read.</exception>
    public static IReadOnlyList<RunDifferences> Of(IReadOnlyList<RunSummary> runs)
    {
        RunRecord[] records = [.. runs.Select(Record)];
        Dictionary<string, string>[] changed =
        [
            .. records.Select(record => RunConfiguration.Differences(records[0].Configuration, record.Configuration)
                .ToDictionary(found => found.Key, found => found.Second)),
        ];
        Dictionary<string, string> first = records
            .SelectMany(record => RunConfiguration.Differences(records[0].Configuration, record.Configuration))
            .DistinctBy(found => found.Key)
            .ToDictionary(found => found.Key, found => found.First);
        return
        [
            .. Facts(records).Where(fact => fact.Values.Distinct().Count() > 1),
            .. first.Keys.Select(key => new RunDifferences(
                key, [.. changed.Select(own => own.GetValueOrDefault(key, first[key]))])),
        ];
    }

    private static RunRecord Record(RunSummary run) => run.Record
        ?? throw new DataException($"{run.Run.Root}: its configuration cannot be read; {run.Unreadable[0]}");

    private static RunDifferences[] Facts(RunRecord[] records) =>
    [
        new("task", [.. records.Select(record => Text(record.Task))]),
        new("train_images", [.. records.Select(record => Text(string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Data.Name}, {record.Data.Images} images, fingerprint {record.Data.Fingerprint}")))]),
    ];

    private static string Text(string value) => JsonValue.Create(value).ToJsonString();
}
