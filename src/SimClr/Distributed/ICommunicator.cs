using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// Collective communication between the processes of a training run. Every rank makes the same calls in the same order.
/// Tensors are contiguous, of type float32, float64, bfloat16, int64 or uint8, and have the same shape and type on
/// every rank.
/// </summary>
public interface ICommunicator : IDisposable
{
    /// <summary>The rank of this process: 0 ≤ rank &lt; <see cref="Size"/>.</summary>
    int Rank { get; }

    /// <summary>The number of processes in the run, 1 or more.</summary>
    int Size { get; }

    /// <summary>The total time spent in communication so far, on any thread.</summary>
    TimeSpan CommunicationTime { get; }

    /// <summary>The total time that the training thread has waited for communication so far.</summary>
    TimeSpan WaitTime { get; }

    /// <summary>Sums a tensor over the ranks, in place. Every rank gets the same bytes.</summary>
    /// <param name="values">A tensor of any shape.</param>
    /// <exception cref="CommunicationException">Communication with the other ranks failed.</exception>
    void AllReduce(Tensor values);

    /// <summary>
    /// Sums a tensor over the ranks in the background. Sums run one at a time, in the order in which they were started.
    /// The tensor must not be read or written until <see cref="IPendingCommunication.Wait"/> returns.
    /// </summary>
    /// <param name="values">A tensor of any shape.</param>
    IPendingCommunication BeginAllReduce(Tensor values);

    /// <summary>Concatenates the tensors of all ranks in rank order.</summary>
    /// <param name="local">[n, …], with the same n on every rank.</param>
    /// <param name="all">[Size · n, …], overwritten.</param>
    /// <exception cref="CommunicationException">Communication with the other ranks failed.</exception>
    void AllGather(Tensor local, Tensor all);

    /// <summary>Copies a tensor from one rank to all others.</summary>
    /// <param name="values">A tensor of any shape.</param>
    /// <param name="root">The rank that provides the values.</param>
    /// <exception cref="CommunicationException">Communication with the other ranks failed.</exception>
    void Broadcast(Tensor values, int root = 0);

    /// <summary>Returns once every rank has called it.</summary>
    /// <exception cref="CommunicationException">Communication with the other ranks failed.</exception>
    void Barrier();

    /// <summary>Ends every process of the run immediately, including this one.</summary>
    /// <param name="exitCode">The exit code of the processes.</param>
    void Abort(int exitCode);
}
