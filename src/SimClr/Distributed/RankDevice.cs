using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>The compute device of a rank, in a form that ranks exchange.</summary>
/// <param name="Host">The name of the machine.</param>
/// <param name="Device">cpu, cuda:N or mps.</param>
/// <param name="Description">The name of the device; empty if the driver does not report one.</param>
/// <param name="Id">An identifier that is unique on the machine.</param>
internal sealed record RankDevice(string Host, string Device, string Description, string Id)
{
    private const int MaxNamed = 8;

    /// <summary>Returns the device of this process.</summary>
    /// <param name="device">cpu, cuda:N or mps.</param>
    public static RankDevice Detect(string device)
    {
        CudaDriver? driver = ComputeDevice.IsCuda(device) ? CudaDriver.Query(ComputeDevice.IndexOf(device)) : null;
        string hidden = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") ?? "";
        return new RankDevice(
            Environment.MachineName, device, driver?.Description ?? "", driver?.Id ?? $"{device} of {hidden}");
    }

    /// <summary>Returns the devices of all ranks, in rank order. Every rank must make this call.</summary>
    public RankDevice[] GatherAll(ICommunicator ranks)
        => [.. ranks.Gather(JsonSerializer.SerializeToUtf8Bytes(this, Json.Plain))
            .Select(bytes => JsonSerializer.Deserialize<RankDevice>(bytes, Json.Plain)!)];

    /// <summary>Returns the device and its description.</summary>
    public override string ToString() => Description.Length == 0 ? Device : $"{Device} ({Description})";

    /// <summary>Returns one line that lists the device and machine of each rank.</summary>
    public static string Describe(IReadOnlyList<RankDevice> ranks)
        => string.Join(", ", ranks.Take(MaxNamed).Select((rank, index) => $"rank {index} on {rank} of {rank.Host}"))
            + (ranks.Count > MaxNamed ? $" and {ranks.Count - MaxNamed} more" : "");

    /// <summary>Returns a warning for each GPU that several ranks share.</summary>
    public static IEnumerable<string> SharingWarnings(IReadOnlyList<RankDevice> ranks) => ranks.Index()
        .Where(rank => ComputeDevice.IsCuda(rank.Item.Device))
        .GroupBy(rank => (rank.Item.Host, rank.Item.Id), rank => rank.Index)
        .Where(group => group.Count() > 1)
        .Select(group => $"Ranks {string.Join(", ", group.Take(MaxNamed))}{(group.Count() > MaxNamed ? ", …" : "")} "
            + $"share {ranks[group.First()]} of {group.Key.Host}: they take turns on it and divide its memory. "
            + "Start no more ranks on a machine than it has devices.");
}
