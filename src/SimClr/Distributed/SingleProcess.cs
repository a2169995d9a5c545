using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>A run of one process: nothing is to be said.</summary>
public sealed class SingleProcess : ICommunicator, IPendingCommunication
{
    /// <summary>The only one needed: it has no state.</summary>
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
        // All ranks have it already.
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        // All ranks are here.
    }

    /// <inheritdoc/>
    public void Wait()
    {
        // It was done before it began.
    }

    /// <inheritdoc/>
    public void Abort(int exitCode) => Environment.Exit(exitCode);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
