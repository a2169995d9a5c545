using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>The communicator of a single process: every operation is local.</summary>
public sealed class SingleProcess : ICommunicator, IPendingCommunication
{
    /// <summary>The shared instance. It has no state.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public TimeSpan CommunicationTime => TimeSpan.Zero;

    /// <inheritdoc/>
    public TimeSpan WaitTime => TimeSpan.Zero;

    /// <inheritdoc/>
    public void AllReduce(Tensor values)
    {
        // The sum over one rank is its own value.
    }

    /// <inheritdoc/>
    public IPendingCommunication BeginAllReduce(Tensor values) => this;

    /// <inheritdoc/>
    public void AllGather(Tensor local, Tensor all)
    {
        ArgumentNullException.ThrowIfNull(all);
        using var held = no_grad();
        all.copy_(local);
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root = 0)
    {
        // The only rank already has the values.
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        // There is no other rank to wait for.
    }

    /// <inheritdoc/>
    public void Wait()
    {
        // The sum was complete before it started.
    }

    /// <inheritdoc/>
    public void Abort(int exitCode) => Environment.Exit(exitCode);

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to release.
    }
}
