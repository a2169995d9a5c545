using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>On what a rank computes, as the others are told.</summary>
/// <param name="Host">Its machine.</param>
/// <param name="Device">cpu, cuda:N or mps.</param>
/// <param name="Description">What the device is; empty where the driver does not tell.</param>
/// <param name="Id">What no other device of the machine has.</param>
internal sealed record RankDevice(string Host, string Device, string Description, string Id)
{
    private const int MaxNamed = 8;

    /// <summary>This process's.</summary>
    /// <param name="device">cpu, cuda:N or mps.</param>
    public static RankDevice Detect(string device)
    {
        CudaDriver? driver = ComputeDevice.IsCuda(device) ? CudaDriver.Query(ComputeDevice.IndexOf(device)) : null;
        string hidden = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") ?? "";
        return new RankDevice(
            Environment.MachineName, device, driver?.Description ?? "", driver?.Id ?? $"{device} of {hidden}");
    }

    /// <summary>Those of all ranks, in their order. Every rank makes this call.</summary>
    public RankDevice[] GatherAll(ICommunicator ranks)
        => [.. ranks.Gather(JsonSerializer.SerializeToUtf8Bytes(this))
            .Select(bytes => JsonSerializer.Deserialize<RankDevice>(bytes)!)];

    /// <summary>The device and what it is.</summary>
    public override string ToString() => Description.Length == 0 ? Device : $"{Device} ({Description})";

    /// <summary>Where all ranks compute.</summary>
    public static string Describe(IReadOnlyList<RankDevice> ranks)
        => string.Join(", ", ranks.Take(MaxNamed).Select((rank, index) => $"rank {index} on {rank} of {rank.Host}"))
            + (ranks.Count > MaxNamed ? $" and {ranks.Count - MaxNamed} more" : "");

    /// <summary>Tells of each graphics processor that several ranks share.</summary>
    public static IEnumerable<string> SharingWarnings(IReadOnlyList<RankDevice> ranks) => ranks.Index()
        .Where(rank => ComputeDevice.IsCuda(rank.Item.Device))
        .GroupBy(rank => (rank.Item.Host, rank.Item.Id), rank => rank.Index)
        .Where(group => group.Count() > 1)
        .Select(group => $"Ranks {string.Join(", ", group.Take(MaxNamed))}{(group.Count() > MaxNamed ? ", …" : "")} "
            + $"share {ranks[group.First()]} of {group.Key.Host}: they take turns on it and divide its memory. "
            + "Start no more ranks on a machine than it has devices.");
}
