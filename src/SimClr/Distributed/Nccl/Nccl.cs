using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// Communication of CUDA tensors by NCCL, and of all other tensors by an underlying communicator, which also connects
/// the ranks. Experimental: it has not yet run on two GPUs. All communication is queued on one separate stream, in the
/// order of the calls. It waits for work queued before the call. Work queued after the call waits for the
/// communication; for background communication, only work queued after <see cref="IPendingCommunication.Wait"/> does.
/// The host waits for neither.
/// </summary>
/// <param name="host">A communicator that already connects the ranks.</param>
/// <param name="load">Loads NCCL. Called before the first tensor is communicated.</param>
/// <param name="carried">The type of the devices whose tensors travel by NCCL.</param>
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

    /// <summary>
    /// The calls that the watchdog observes: calls of NCCL, and communications that are not complete on the device.
    /// </summary>
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
            throw new ArgumentException(
                $"got [{string.Join(", ", all.shape)}] of {all.dtype} as the output of an all-gather over {Size} ranks "
                    + $"of [{string.Join(", ", local.shape)}]");
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
        // MPI's shutdown waits for all ranks, so that no rank leaves while a communication is in progress.
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
                    $"got a tensor on {values.device}, expected one on device {device}, where this rank communicates")
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
