using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>The machine and process of a rank, and the addresses that receive its heartbeats.</summary>
/// <param name="Host">The name of the machine.</param>
/// <param name="Process">The process ID on that machine.</param>
/// <param name="Port">The UDP port for heartbeats; 0 if there is none.</param>
/// <param name="Addresses">The IP addresses of the machine, most likely first.</param>
internal sealed record RankAddress(string Host, int Process, int Port, string[] Addresses)
{
    // Every rank has a slot of the same size, because a gather joins arrays of equal length.
    private const int SlotBytes = 512;
    private const int MaxAddresses = 6;

    /// <summary>Returns the address of this process.</summary>
    /// <param name="port">The UDP port for heartbeats.</param>
    public static RankAddress Local(int port)
        => new(Environment.MachineName, Environment.ProcessId, port, LocalAddresses());

    /// <summary>
    /// Returns the slot that <see cref="Read"/> reads: UTF-8 JSON padded with zeros. Addresses that do not fit are
    /// dropped, last first.
    /// </summary>
    public byte[] Write()
    {
        byte[] room = new byte[SlotBytes];
        RankAddress fitting = this;
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(fitting, Json.Plain);
        while (text.Length > SlotBytes)
        {
            fitting = fitting with { Addresses = fitting.Addresses[..^1] };
            text = JsonSerializer.SerializeToUtf8Bytes(fitting, Json.Plain);
        }

        text.CopyTo(room, 0);
        return room;
    }

    /// <summary>Reads the concatenated slots of all ranks.</summary>
    public static RankAddress[] Read(byte[] all) =>
    [
        .. all.Chunk(SlotBytes).Select(room => JsonSerializer.Deserialize<RankAddress>(
            room.AsSpan(0, Array.FindLastIndex(room, value => value != 0) + 1), Json.Plain)!),
    ];

    /// <summary>Returns every endpoint at which this rank may be reached.</summary>
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
