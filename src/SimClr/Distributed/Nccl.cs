using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// Communication of CUDA tensors by NCCL, and of all others by the communicator below, over which the ranks also find each
/// other. Experimental: it has not run on two graphics processors yet. Each rank must see one of them (such as by
/// CUDA_VISIBLE_DEVICES). Calls are put on the tensor's CUDA stream, so that what is computed after them sees their results.
/// </summary>
/// <param name="host">Connects the ranks already.</param>
internal sealed class Nccl(ICommunicator host) : ICommunicator
{
    private readonly CallClock calls = new();
    private NcclLibrary? library;
    private nint communicator;

    /// <inheritdoc/>
    public int Rank => host.Rank;

    /// <inheritdoc/>
    public int Size => host.Size;

    /// <inheritdoc/>
    public TimeSpan Communicated => host.Communicated + calls.Total;

    /// <inheritdoc/>
    public TimeSpan Waited => host.Waited + calls.Total;

    /// <inheritdoc/>
    public void AllReduce(Tensor values)
    {
        if (IsElsewhere(values))
        {
            host.AllReduce(values);
            return;
        }

        Call("all-reduce", nccl => nccl.AllReduce(communicator, values));
    }

    /// <inheritdoc/>
    public IPendingCommunication BeginAllReduce(Tensor values)
    {
        if (IsElsewhere(values))
        {
            return host.BeginAllReduce(values);
        }

        AllReduce(values);
        return new OnDevice(this);
    }

    /// <inheritdoc/>
    public void AllGather(Tensor mine, Tensor all)
    {
        if (IsElsewhere(mine))
        {
            host.AllGather(mine, all);
            return;
        }

        if (!IsUsable(all) || all.dtype != mine.dtype || all.numel() != Size * mine.numel())
        {
            throw new ArgumentException($"got [{string.Join(", ", all.shape)}] of {all.dtype} for what {Size} ranks of [{string.Join(", ", mine.shape)}] gather");
        }

        Call("all-gather", nccl => nccl.AllGather(communicator, mine, all));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root = 0)
    {
        if (IsElsewhere(values))
        {
            host.Broadcast(values, root);
            return;
        }

        Call("broadcast", nccl => nccl.Broadcast(communicator, values, root));
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

    private static bool IsElsewhere(Tensor values)
        => values.device_type != TorchSharp.DeviceType.CUDA
            || (!IsUsable(values)
                ? throw new ArgumentException(
                    $"got a tensor on cuda:{values.device_index}{(values.is_contiguous() ? "" : " that is not contiguous")}, expected a contiguous one on cuda:0: let each rank see one device, by CUDA_VISIBLE_DEVICES")
                : false);

    private static bool IsUsable(Tensor values) => values.is_contiguous() && values.device_index == 0;

    private void Call(string name, Action<NcclLibrary> call)
    {
        NcclLibrary nccl = library ??= NcclLibrary.Load();
        calls.Within(name, () =>
        {
            if (communicator == 0)
            {
                communicator = nccl.Connect(IdOfAll(nccl), Rank, Size);
            }

            call(nccl);
            nccl.CheckDevice(communicator);
        });
    }

    private byte[] IdOfAll(NcclLibrary nccl)
    {
        byte[] id = Rank == 0 ? nccl.DrawId() : new byte[128];
        using Tensor shared = tensor(id, device: CPU);
        host.Broadcast(shared);
        return shared.bytes.ToArray();
    }

    private sealed class OnDevice(Nccl owner) : IPendingCommunication
    {
        public void Wait() => owner.library!.CheckDevice(owner.communicator);
    }
}
