using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace SimClr.Distributed;

/// <summary>Where a rank runs, and where its heartbeats are to be sent.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Process">The process's number on it.</param>
/// <param name="Port">The port of its heartbeats; 0 if it has none.</param>
/// <param name="Addresses">The machine's addresses, the likeliest first.</param>
internal sealed record RankAddress(string Host, int Process, int Port, string[] Addresses)
{
    // The same room for every rank: what is gathered has one size.
    private const int SlotBytes = 512;
    private const int MaxAddresses = 6;

    /// <summary>Where this process is.</summary>
    /// <param name="port">The port of its heartbeats.</param>
    public static RankAddress Local(int port) => new(Environment.MachineName, Environment.ProcessId, port, LocalAddresses());

    /// <summary>The bytes that <see cref="Read"/> reads.</summary>
    public byte[] Write()
    {
        byte[] room = new byte[SlotBytes];
        RankAddress fitting = this;
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(fitting);
        while (text.Length > SlotBytes)
        {
            fitting = fitting with { Addresses = fitting.Addresses[..^1] };
            text = JsonSerializer.SerializeToUtf8Bytes(fitting);
        }

        text.CopyTo(room, 0);
        return room;
    }

    /// <summary>Reads what all ranks wrote, one after another.</summary>
    public static RankAddress[] Read(byte[] all) =>
    [
        .. all.Chunk(SlotBytes).Select(room => JsonSerializer.Deserialize<RankAddress>(room.AsSpan(0, Array.FindLastIndex(room, value => value != 0) + 1))!),
    ];

    /// <summary>All places where it may be reached.</summary>
    public IEnumerable<IPEndPoint> EndPoints()
        => Addresses.Select(address => new IPEndPoint(IPAddress.Parse(address).MapToIPv6(), Port));

    private static string[] LocalAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
            .Take(MaxAddresses)
            .Select(address => $"{address}"),
    ];
}
