using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// Communication of CUDA tensors by NCCL, and of all others by the communicator below, over which the ranks also find
/// each other. Experimental: it has not run on two graphics processors yet. All is put on one stream of its own, in the
/// order of the calls: it waits for what was computed before the call, and what is computed after the call waits for
/// it, or, where it was begun in the background, what is computed after the wait. The processor waits for neither.
/// </summary>
/// <param name="host">Connects the ranks already.</param>
/// <param name="load">Loads NCCL, when the first tensor is to be communicated by it.</param>
/// <param name="carried">Where the tensors are that go by NCCL.</param>
internal sealed class Nccl(ICommunicator host, Func<INcclLibrary> load, DeviceType carried = DeviceType.CUDA)
    : ICommunicator
{
    private readonly CallClock calls = new();
    private readonly DeviceCalls onDevice = new();
    private INcclLibrary? library;
    private nint communicator;
    private nint stream;
    private int device;

    /// <inheritdoc/>
    public int Rank => host.Rank;

    /// <inheritdoc/>
    public int Size => host.Size;

    /// <inheritdoc/>
    public TimeSpan CommunicationTime => host.CommunicationTime + calls.Total;

    /// <inheritdoc/>
    public TimeSpan WaitTime => host.WaitTime + calls.Total;

    /// <summary>What may not come to an end: calls of NCCL, and what the device has not done yet.</summary>
    public IReadOnlyList<IWatchedCalls> Watched => [calls, onDevice];

    /// <inheritdoc/>
    public void AllReduce(Tensor values)
    {
        if (IsElsewhere(values))
        {
            host.AllReduce(values);
            return;
        }

        Begin("all-reduce", values, nccl => nccl.AllReduce(communicator, values, stream)).Wait();
    }

    /// <inheritdoc/>
    public IPendingCommunication BeginAllReduce(Tensor values) => IsElsewhere(values)
        ? host.BeginAllReduce(values)
        : Begin("all-reduce", values, nccl => nccl.AllReduce(communicator, values, stream));

    /// <inheritdoc/>
    public void AllGather(Tensor local, Tensor all)
    {
        if (IsElsewhere(local))
        {
            host.AllGather(local, all);
            return;
        }

        if (IsElsewhere(all) || all.dtype != local.dtype || all.numel() != Size * local.numel())
        {
            throw new ArgumentException($"got [{string.Join(", ", all.shape)}] of {all.dtype} for what {Size} ranks of [{string.Join(", ", local.shape)}] gather");
        }

        Begin("all-gather", local, nccl => nccl.AllGather(communicator, local, all, stream)).Wait();
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root = 0)
    {
        if (IsElsewhere(values))
        {
            host.Broadcast(values, root);
            return;
        }

        Begin("broadcast", values, nccl => nccl.Broadcast(communicator, values, root, stream)).Wait();
    }

    /// <inheritdoc/>
    public void Barrier() => host.Barrier();

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        if (communicator != 0)
        {
            library!.Abort(communicator);
        }

        host.Abort(exitCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // All ranks are done before one leaves, as MPI waits for all; then nothing is under way that could be lost.
        host.Dispose();
        if (communicator != 0)
        {
            library!.Abort(communicator);
            communicator = 0;
        }
    }

    private bool IsElsewhere(Tensor values)
        => values.device_type != carried
            || (!values.is_contiguous()
                ? throw new ArgumentException(
                    $"got a tensor on {values.device} that is not contiguous, expected a contiguous one")
            : communicator != 0 && values.device_index != device
                ? throw new ArgumentException(
                    $"got a tensor on {values.device}, expected one on number {device}, where this rank communicates")
            : false);

    private Pending Begin(string name, Tensor values, Action<INcclLibrary> call)
    {
        INcclLibrary nccl = library ??= load();
        nint done = 0;
        calls.Time(name, () =>
        {
            if (communicator == 0)
            {
                device = values.device_index;
                communicator = nccl.Connect(SharedId(nccl), Rank, Size, device);
                stream = nccl.CreateStream(device);
            }

            nint before = nccl.RecordEvent(nccl.CurrentStream(device), device);
            nccl.WaitEvent(stream, before, device);
            nccl.DestroyEvent(before);
            call(nccl);
            done = nccl.RecordEvent(stream, device);
            onDevice.Add(nccl, nccl.RecordEvent(stream, device), name);
            nccl.CheckDevice(communicator);
        });
        return new Pending(this, nccl, done);
    }

    private byte[] SharedId(INcclLibrary nccl)
    {
        byte[] id = Rank == 0 ? nccl.CreateUniqueId() : new byte[NcclLibrary.IdBytes];
        using Tensor shared = tensor(id, device: CPU);
        host.Broadcast(shared);
        return shared.bytes.ToArray();
    }

    private sealed class Pending(Nccl owner, INcclLibrary nccl, nint done) : IPendingCommunication
    {
        private nint left = done;

        public void Wait()
        {
            if (left != 0)
            {
                nccl.WaitEvent(nccl.CurrentStream(owner.device), left, owner.device);
                nccl.DestroyEvent(left);
                left = 0;
                nccl.CheckDevice(owner.communicator);
            }
        }
    }
}
