using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace SimClr.Distributed;

/// <summary>
/// Heartbeats between the ranks by UDP, independent of MPI, so that they arrive even if MPI hangs. Each rank sends its
/// knowledge of all ranks to a few others (those 1, 2, 4, 8, … ranks away), so that it spreads within a few beats.
/// </summary>
internal sealed class Heartbeats : IDisposable
{
    private const int TokenBytes = 16;
    private const int HeaderBytes = TokenBytes + 8;
    private const int EntryBytes = 13;
    private const int MaxEntries = 100;   // Keeps a datagram below the usual MTU.
    private static readonly TimeSpan Direct = TimeSpan.FromSeconds(5);

    private readonly Socket? socket;
    private readonly int rank;
    private readonly RankAddress[] ranks;
    private readonly byte[] token;
    private readonly Entry[] entries;
    private readonly Dictionary<int, (EndPoint From, long At)> heard = [];
    private readonly byte[] received = new byte[65536];

    private Heartbeats(int rank, RankAddress[] ranks, byte[] token, Socket? socket)
    {
        this.rank = rank;
        this.ranks = ranks;
        this.token = token;
        this.socket = socket;
        entries = new Entry[ranks.Length];
    }

    /// <summary>Opens a socket and exchanges addresses with the other ranks.</summary>
    /// <param name="rank">The rank of this process.</param>
    /// <param name="size">The number of processes in the run.</param>
    /// <param name="gather">Concatenates the bytes of all ranks in rank order.</param>
    public static Heartbeats Open(int rank, int size, Func<byte[], byte[]> gather)
    {
        Socket? socket = TryOpen();
        RankAddress own = LocalAddress((socket?.LocalEndPoint as IPEndPoint)?.Port ?? 0);
        RankAddress[] ranks = RankAddress.Read(gather(own.Write()));

        // Rank 0's random token identifies the run: datagrams without it are ignored.
        byte[] token = gather(RandomNumberGenerator.GetBytes(TokenBytes))[..TokenBytes];
        Debug.Assert(ranks.Length == size, "every rank is gathered");
        return new Heartbeats(rank, ranks, token, socket);
    }

    /// <summary>
    /// Returns the ranks to which a rank sends heartbeats: those at a distance of a power of two, in both directions.
    /// </summary>
    public static IReadOnlyList<int> Neighbors(int rank, int size)
    {
        var neighbors = new SortedSet<int>();
        for (int distance = 1; distance < size; distance *= 2)
        {
            neighbors.Add((rank + distance) % size);
            neighbors.Add((rank - distance + size) % size);
        }

        neighbors.Remove(rank);
        return [.. neighbors];
    }

    /// <summary>Sends a heartbeat, with this rank's knowledge of all ranks, to the neighbors.</summary>
    /// <param name="calls">The number of calls that this rank has entered.</param>
    /// <param name="inside">Whether this rank is inside the last of those calls.</param>
    public void Beat(long calls, bool inside)
    {
        entries[rank] = new Entry(entries[rank].Beats + 1, calls, inside, Stopwatch.GetTimestamp());
        if (socket is null)
        {
            return;
        }

        for (int first = 0; first < entries.Length; first += MaxEntries)
        {
            byte[] datagram = Write(first, Math.Min(MaxEntries, entries.Length - first));
            foreach (int neighbor in Neighbors(rank, ranks.Length))
            {
                Send(datagram, neighbor);
            }
        }
    }

    /// <summary>Receives heartbeats for the given time.</summary>
    public void Listen(TimeSpan time)
    {
        if (socket is null)
        {
            Thread.Sleep(time);
            return;
        }

        long begin = Stopwatch.GetTimestamp();
        for (TimeSpan left = time; left > TimeSpan.Zero; left = time - Stopwatch.GetElapsedTime(begin))
        {
            if (socket.Poll(left, SelectMode.SelectRead))
            {
                Receive();
            }
        }
    }

    /// <summary>Returns the state of all ranks as known to this one, including itself.</summary>
    public RankState[] States() =>
    [
        .. entries.Select((entry, index) => new RankState(
            ranks[index], entry.At == 0 ? null : Stopwatch.GetElapsedTime(entry.At), entry.Calls, entry.Inside)),
    ];

    /// <inheritdoc/>
    public void Dispose() => socket?.Dispose();

    private static Socket? TryOpen()
    {
        try
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp)
            {
                DualMode = true,
            };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            return socket;
        }
        catch (SocketException)
        {
            // Without a socket, every other rank counts as silent.
            return null;
        }
    }

    private static RankAddress LocalAddress(int port)
    {
        try
        {
            return RankAddress.Local(port);
        }
        catch (NetworkInformationException)
        {
            return new RankAddress(Environment.MachineName, Environment.ProcessId, port, ["127.0.0.1"]);
        }
    }

    private byte[] Write(int first, int count)
    {
        byte[] datagram = new byte[HeaderBytes + (count * EntryBytes)];
        token.CopyTo(datagram, 0);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(TokenBytes), rank);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(TokenBytes + 4), first);
        for (int i = 0; i < count; i++)
        {
            Span<byte> room = datagram.AsSpan(HeaderBytes + (i * EntryBytes), EntryBytes);
            Entry entry = entries[first + i];
            BinaryPrimitives.WriteUInt32LittleEndian(room, entry.Beats);
            BinaryPrimitives.WriteInt64LittleEndian(room[4..], entry.Calls);
            room[12] = entry.Inside ? (byte)1 : (byte)0;
        }

        return datagram;
    }

    private void Send(byte[] datagram, int neighbor)
    {
        // Send to the address from which the neighbor was recently heard; otherwise try all its addresses.
        IEnumerable<EndPoint> ways = heard.TryGetValue(neighbor, out (EndPoint From, long At) way)
            && Stopwatch.GetElapsedTime(way.At) < Direct
            ? [way.From]
            : ranks[neighbor].Port == 0 ? [] : ranks[neighbor].EndPoints();
        foreach (EndPoint to in ways)
        {
            try
            {
                socket!.SendTo(datagram, to);
            }
            catch (SocketException)
            {
                // Not reachable now: the neighbor will report the silence.
            }
        }
    }

    private void Receive()
    {
        EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
        int length;
        try
        {
            length = socket!.ReceiveFrom(received, ref from);
        }
        catch (SocketException)
        {
            // The error of an earlier datagram.
            return;
        }

        ReadOnlySpan<byte> datagram = received.AsSpan(0, length);
        if (length < HeaderBytes || !datagram[..TokenBytes].SequenceEqual(token))
        {
            return;
        }

        int sender = BinaryPrimitives.ReadInt32LittleEndian(datagram[TokenBytes..]);
        int first = BinaryPrimitives.ReadInt32LittleEndian(datagram[(TokenBytes + 4)..]);
        if (sender >= 0 && sender < ranks.Length && sender != rank)
        {
            heard[sender] = (from, Stopwatch.GetTimestamp());
            Merge(datagram[HeaderBytes..], first);
        }
    }

    private void Merge(ReadOnlySpan<byte> datagram, int first)
    {
        for (int index = first; datagram.Length >= EntryBytes; index++, datagram = datagram[EntryBytes..])
        {
            uint beats = BinaryPrimitives.ReadUInt32LittleEndian(datagram);
            if (index >= 0 && index < entries.Length && index != rank && beats > entries[index].Beats)
            {
                long calls = BinaryPrimitives.ReadInt64LittleEndian(datagram[4..]);
                entries[index] = new Entry(beats, calls, datagram[12] == 1, Stopwatch.GetTimestamp());
            }
        }
    }

    private readonly record struct Entry(uint Beats, long Calls, bool Inside, long At);
}

/// <summary>The state of a rank as known to another.</summary>
/// <param name="Address">The address of the rank.</param>
/// <param name="Silent">The time since the last heartbeat; null if there never was one.</param>
/// <param name="Calls">The number of calls that the rank had entered by the last heartbeat.</param>
/// <param name="Inside">Whether the rank was inside the last of those calls.</param>
internal sealed record RankState(RankAddress Address, TimeSpan? Silent, long Calls, bool Inside);
