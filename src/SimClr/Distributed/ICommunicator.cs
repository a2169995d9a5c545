using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// What the processes of one training run say to each other. Every rank makes the same calls in the same order. Tensors
/// are contiguous, of type float32, float64, bfloat16, int64 or uint8, and the same shape and type on every rank.
/// </summary>
public interface ICommunicator : IDisposable
{
    /// <summary>This process: 0 ≤ rank &lt; <see cref="Size"/>.</summary>
    int Rank { get; }

    /// <summary>Processes in the run, 1 or more.</summary>
    int Size { get; }

    /// <summary>Time spent within communication so far, by whichever thread.</summary>
    TimeSpan CommunicationTime { get; }

    /// <summary>Time that the training thread was held up by communication so far.</summary>
    TimeSpan WaitTime { get; }

    /// <summary>Sums over the ranks, in place; every rank gets the same bytes.</summary>
    /// <param name="values">Any shape.</param>
    /// <exception cref="CommunicationException">The ranks could not be reached.</exception>
    void AllReduce(Tensor values);

    /// <summary>
    /// The same, in the background, one after another in the order they were asked for. The tensor must not be touched
    /// until <see cref="IPendingCommunication.Wait"/> returns.
    /// </summary>
    /// <param name="values">Any shape.</param>
    IPendingCommunication BeginAllReduce(Tensor values);

    /// <summary>Joins the ranks' tensors, in the order of the ranks.</summary>
    /// <param name="local">[n, …], on every rank the same n.</param>
    /// <param name="all">[Size · n, …], overwritten.</param>
    /// <exception cref="CommunicationException">The ranks could not be reached.</exception>
    void AllGather(Tensor local, Tensor all);

    /// <summary>Overwrites the other ranks' tensor with that of one.</summary>
    /// <param name="values">Any shape.</param>
    /// <param name="root">The rank whose values all get.</param>
    /// <exception cref="CommunicationException">The ranks could not be reached.</exception>
    void Broadcast(Tensor values, int root = 0);

    /// <summary>Returns when every rank has called it.</summary>
    /// <exception cref="CommunicationException">The ranks could not be reached.</exception>
    void Barrier();

    /// <summary>Ends every process of the run at once, this one included.</summary>
    /// <param name="exitCode">What they exit with.</param>
    void Abort(int exitCode);
}
