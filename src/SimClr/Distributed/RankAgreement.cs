using System.Runtime.InteropServices;
using System.Text.Json;
using SimClr.Internals;
using TorchSharp;

namespace SimClr.Distributed;

/// <summary>A check that all ranks of a run were started with the same configuration, data and versions.</summary>
internal static class RankAgreement
{
    /// <summary>Compares the settings of all ranks before the work begins.</summary>
    /// <param name="ranks">The communicator of the run.</param>
    /// <param name="local">The settings that determine the result, by name.</param>
    /// <exception cref="ConfigurationException">
    /// Two ranks differ. The message names the ranks, the settings and both values. Thrown on the first rank; the
    /// others get a <see cref="PeerException"/>.
    /// </exception>
    public static void Check(ICommunicator ranks, IReadOnlyDictionary<string, string> local)
    {
        byte[][] all = ranks.Gather(
            JsonSerializer.SerializeToUtf8Bytes(Versions.Concat(local).ToDictionary(), Json.Plain));
        Dictionary<string, string>[] facts = [.. all.Select(
            bytes => JsonSerializer.Deserialize<Dictionary<string, string>>(bytes, Json.Plain)!)];
        string[] differences = [.. facts.Index().Skip(1).SelectMany(rank => facts[0].Keys.Union(rank.Item.Keys)
            .Where(key => ValueOf(rank.Item, key) != ValueOf(facts[0], key))
            .Select(key
                => $"{key}: rank 0 has {ValueOf(facts[0], key)}, rank {rank.Index} has {ValueOf(rank.Item, key)}"))];
        if (differences.Length == 0)
        {
            return;
        }

        const int shown = 10;
        string[] lines =
        [
            "the ranks of this run were started with different settings:",
            .. differences.Take(shown),
            .. differences.Length > shown ? new[] { $"and {differences.Length - shown} more" } : [],
            "Start every rank with the same command, the same data and the same version.",
        ];
        throw ranks.Rank == 0 ? new ConfigurationException(lines).MarkCollective() : new PeerException(lines, 2);
    }

    private static Dictionary<string, string> Versions => new()
    {
        ["version of simclr"] = typeof(RankAgreement).Assembly.GetName().Version!.ToString(3),
        ["version of TorchSharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
        ["version of .NET"] = RuntimeInformation.FrameworkDescription,
    };

    private static string ValueOf(Dictionary<string, string> facts, string key)
        => facts.GetValueOrDefault(key, "nothing");
}
