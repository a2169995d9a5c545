using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>Communication by MPI. Tensors on other devices are copied through host memory.</summary>
internal sealed unsafe class Mpi : ICommunicator
{
    private static readonly TimeSpan AbortGrace = TimeSpan.FromSeconds(5);

    private readonly MpiLibrary library;
    private readonly nint foreground;
    private readonly nint second;
    private readonly CallClock calls = new();
    private readonly CallClock backgroundCalls = new();
    private readonly CallClock waits = new();
    private readonly MpiThreads threads;
    private readonly CommunicationThread? background;
    private readonly Queue<PostponedSum> postponed = [];
    private readonly Watchdog watchdog;
    private bool failed;
    private bool ended;

    private Mpi(MpiLibrary library, Launcher launcher, CommunicationOptions options, bool severalThreads)
    {
        this.library = library;
        nint world = library.Abi.World;
        int provided = 0;
        using (new SignalHandlers())
        {
            Check("start", library.InitThread(0, 0, severalThreads ? library.Abi.ThreadMultiple : 0, &provided));
        }

        threads = new MpiThreads(
            library.Abi, $"{library.Name} ({library.Release})", provided, Environment.CurrentManagedThreadId);

        Check("start", library.SetErrorHandler(world, library.Abi.ErrorsReturn));
        (int rank, int size) = (0, 0);
        Check("start", library.RankOf(world, &rank));
        Check("start", library.SizeOf(world, &size));
        (Rank, Size) = (rank, size);
        if (Size != launcher.Size)
        {
            throw new CommunicationException(
                $"the launcher started {launcher.Size} processes, but {library.Name} ({library.Release}) "
                    + $"sees {Size}: the launcher belongs to a different MPI; set the path or name of its "
                    + $"library in {MpiLibrary.Variable}");
        }

        // Background communication has a separate communicator, so that it cannot mix with that of the foreground.
        (nint first, nint other) = (0, 0);
        Check("start", library.Duplicate(world, &first));
        Check("start", library.Duplicate(world, &other));
        (foreground, second) = (first, other);
        if (threads.MayOverlap)
        {
            background = new CommunicationThread();
        }

        var heartbeats = Heartbeats.Open(Rank, Size, GatherBytes);
        watchdog = new Watchdog(this, heartbeats, options, calls, backgroundCalls);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public TimeSpan CommunicationTime => calls.Total + backgroundCalls.Total;

    /// <inheritdoc/>
    public TimeSpan WaitTime => calls.Total + waits.Total;

    /// <summary>The maximum number of bytes per MPI call, whose counts have 31 bits.</summary>
    public int PieceBytes { get; set; } = 1 << 30;

    /// <summary>Starts MPI, which a process can do only once.</summary>
    /// <param name="library">The MPI library.</param>
    /// <param name="launcher">The launcher of this process.</param>
    /// <param name="options">The options of the communication.</param>
    /// <param name="severalThreads">Whether MPI is asked to allow calls from any thread. False only in tests.</param>
    /// <exception cref="CommunicationException">MPI does not start, or it belongs to a different launcher.</exception>
    public static Mpi Start(
        MpiLibrary library, Launcher launcher, CommunicationOptions options, bool severalThreads = true)
        => new(library, launcher, options, severalThreads);

    /// <summary>Adds calls to the watchdog, which ends the run if one of them does not return.</summary>
    public void Watch(IEnumerable<IWatchedCalls> others) => watchdog.Add(others);

    /// <inheritdoc/>
    public void AllReduce(Tensor values)
    {
        using var host = MpiBuffer.Create(values, summed: true);
        TimeCall("all-reduce", () => Sum(host, foreground));
        host.CopyBack();
    }

    /// <inheritdoc/>
    public IPendingCommunication BeginAllReduce(Tensor values)
    {
        if (background is null)
        {
            // The sum runs when it is waited for. That is on the thread that started MPI, while this call may come from
            // the thread of the backward pass.
            var sum = new PostponedSum(this, values);
            postponed.Enqueue(sum);
            return sum;
        }

        var host = MpiBuffer.Create(values, summed: true);
        return background.Begin(
            host, () => backgroundCalls.Time("all-reduce in the background", () => Sum(host, second)), waits);
    }

    /// <inheritdoc/>
    public void AllGather(Tensor local, Tensor all)
    {
        ArgumentNullException.ThrowIfNull(all);
        using var from = MpiBuffer.Create(local, summed: false);
        using var to = MpiBuffer.Create(all, summed: false);
        if (to.Count != from.Count * Size || to.Type != from.Type)
        {
            throw new ArgumentException(
                $"got [{string.Join(", ", all.shape)}] of {all.dtype} as the output of an all-gather over {Size} ranks "
                    + $"of [{string.Join(", ", local.shape)}] of {local.dtype}");
        }

        TimeCall("all-gather", () => Gather(from.Address, to.Address, from.Count * from.Size));
        to.CopyBack();
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, Size);
        using var host = MpiBuffer.Create(values, summed: false);
        TimeCall("broadcast", () =>
        {
            foreach ((nint at, int count) in Pieces(host.Address, host.Count * host.Size, 1))
            {
                Check("broadcast", library.Broadcast(at, count, library.Abi.UInt8, root, foreground));
            }
        });
        host.CopyBack();
    }

    /// <inheritdoc/>
    public void Barrier() => TimeCall("barrier", () => Check("barrier", library.Barrier(foreground)));

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        failed = true;

        // MPI itself may hang if the network is down.
        var abort = new Thread(() => library.Abort(library.Abi.World, exitCode))
        {
            IsBackground = true,
            Name = "abort",
        };
        abort.Start();
        abort.Join(AbortGrace);
        HardExit.Now(exitCode);
    }

    /// <summary>Waits for the other ranks to call this, then shuts MPI down. Does nothing after an error.</summary>
    public void Dispose()
    {
        if (ended || failed)
        {
            return;
        }

        ended = true;
        background?.Dispose();
        calls.Time("end", () => Check("end", library.Finish()));
        watchdog.Dispose();
    }

    private void TimeCall(string call, Action work)
    {
        threads.Check(Environment.CurrentManagedThreadId);
        calls.Time(call, work);
    }

    private void Sum(MpiBuffer values, nint communicator)
    {
        nint type = TypeOf(values.Type);
        foreach ((nint at, int count) in Pieces(values.Address, values.Count, values.Size))
        {
            Check("all-reduce", library.AllReduce(library.Abi.InPlace, at, count, type, library.Abi.Sum, communicator));
        }
    }

    private nint TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => library.Abi.Float,
        ScalarType.Float64 => library.Abi.Double,
        ScalarType.Int64 => library.Abi.Int64,
        _ => library.Abi.UInt8,
    };

    private IEnumerable<(nint Address, int Count)> Pieces(nint address, long count, int size)
    {
        int most = Math.Max(1, PieceBytes / size);
        for (long done = 0; done < count; done += most)
        {
            yield return (address + (nint)(done * size), (int)Math.Min(most, count - done));
        }
    }

    private void Gather(nint local, nint all, long bytes)
    {
        if (bytes <= PieceBytes)
        {
            GatherPiece(local, all, (int)bytes);
            return;
        }

        // One piece of every rank at a time, each then copied to its position.
        void* pieces = NativeMemory.Alloc((nuint)Size, (nuint)PieceBytes);
        try
        {
            foreach ((nint at, int count) in Pieces(local, bytes, 1))
            {
                GatherPiece(at, (nint)pieces, count);
                for (int rank = 0; rank < Size; rank++)
                {
                    NativeMemory.Copy(
                        (byte*)pieces + ((long)rank * count), (byte*)all + (rank * bytes) + (at - local), (nuint)count);
                }
            }
        }
        finally
        {
            NativeMemory.Free(pieces);
        }
    }

    private void GatherPiece(nint local, nint all, int bytes)
        => Check(
            "all-gather",
            library.AllGather(local, bytes, library.Abi.UInt8, all, bytes, library.Abi.UInt8, foreground));

    private byte[] GatherBytes(byte[] local)
    {
        byte[] all = new byte[Size * local.Length];
        fixed (byte* from = local, to = all)
        {
            GatherPiece((nint)from, (nint)to, local.Length);
        }

        return all;
    }

    private void Check(string call, int code)
    {
        if (code != 0)
        {
            failed = true;
            throw new CommunicationException($"rank {Rank} of {Size}: MPI's {call} failed: {library.Describe(code)}");
        }
    }

    private sealed class PostponedSum(Mpi owner, Tensor values) : IPendingCommunication
    {
        private bool done;

        /// <summary>
        /// Runs this sum and all that were started before it, so that every rank runs them in the same order.
        /// </summary>
        public void Wait()
        {
            while (!done)
            {
                owner.postponed.Dequeue().Make();
            }
        }

        private void Make()
        {
            using var host = MpiBuffer.Create(values, summed: true);
            owner.TimeCall("all-reduce", () => owner.Sum(host, owner.second));
            host.CopyBack();
            done = true;
        }
    }
}
