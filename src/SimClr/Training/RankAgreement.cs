using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Distributed;

namespace SimClr.Training;

/// <summary>Refuses a run whose ranks were started with different configurations, data or versions.</summary>
internal static class RankAgreement
{
    // What each machine may have its own of: it does not change what a step computes.
    private static readonly string[] Free = ["data.workers", "data.cache", "batch.memory", "threads"];

    /// <exception cref="ConfigurationException">Two ranks differ: says which, in what, and both values. Thrown on the first rank; the others get a <see cref="PeerException"/>.</exception>
    public static void Check(ICommunicator ranks, RunRecord mine)
    {
        byte[][] all = ranks.Gather(JsonSerializer.SerializeToUtf8Bytes(Facts(mine)));
        Dictionary<string, string>[] facts = [.. all.Select(bytes => JsonSerializer.Deserialize<Dictionary<string, string>>(bytes)!)];
        string[] differences = [.. facts.Index().Skip(1).SelectMany(rank => facts[0].Keys.Union(rank.Item.Keys)
            .Where(key => Of(rank.Item, key) != Of(facts[0], key))
            .Select(key => $"  {key}: rank 0 has {Of(facts[0], key)}, rank {rank.Index} has {Of(rank.Item, key)}"))];
        if (differences.Length == 0)
        {
            return;
        }

        const int shown = 10;
        string more = differences.Length > shown ? $"\n  and {differences.Length - shown} more" : "";
        string message = $"the ranks of this run were not started alike:\n{string.Join("\n", differences.Take(shown))}{more}\n"
            + "Start every rank with the same command, the same data and the same version.";
        throw ranks.Rank == 0 ? new ConfigurationException(message).OfAllRanks() : new PeerException(message, 2);
    }

    private static string Of(Dictionary<string, string> facts, string key) => facts.GetValueOrDefault(key, "nothing");

    private static Dictionary<string, string> Facts(RunRecord record)
    {
        JsonObject configuration = Configuration.ToJson(record.Configuration);
        var facts = new Dictionary<string, string>
        {
            ["version of simclr"] = record.Versions.Simclr,
            ["version of TorchSharp"] = record.Versions.Torchsharp,
            ["version of .NET"] = record.Versions.Runtime,
            ["command"] = record.Task,
            ["images"] = $"{record.Data.Images}",
            ["fingerprint of the data"] = record.Data.Fingerprint,
            ["JPEG decoder"] = record.Machine.Decoder ?? "none",
            ["device in use"] = record.Machine.Device,
            ["precision in use"] = record.Machine.Precision,
            ["augmentation of your own"] = record.OwnAugmentation ?? "none",
        };
        foreach (string path in ConfigurationKeys.Paths.Except(Free))
        {
            JsonNode? value = path.Split('.').Aggregate((JsonNode?)configuration, (node, key) => node?[key]);
            facts[path] = value?.ToJsonString() ?? "null";
        }

        return facts;
    }
}
