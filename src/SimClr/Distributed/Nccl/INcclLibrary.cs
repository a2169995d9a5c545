using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// The functions of NCCL and CUDA streams that <see cref="Nccl"/> uses. A stream runs its work in order. An event marks
/// a position in a stream, and another stream can wait for it without blocking the host.
/// </summary>
internal interface INcclLibrary
{
    /// <summary>Creates the ID that the first rank shares with all others.</summary>
    byte[] CreateUniqueId();

    /// <summary>Connects this rank to the others. Every rank makes this call.</summary>
    /// <param name="id">The ID that the first rank created.</param>
    /// <param name="rank">The rank of this process.</param>
    /// <param name="size">The number of ranks.</param>
    /// <param name="device">The index of this rank's CUDA device.</param>
    nint Connect(ReadOnlySpan<byte> id, int rank, int size, int device);

    /// <summary>Queues a sum over the ranks on a stream, in place.</summary>
    void AllReduce(nint communicator, Tensor values, nint stream);

    /// <summary>Queues the concatenation of all ranks' tensors on a stream.</summary>
    void AllGather(nint communicator, Tensor local, Tensor all, nint stream);

    /// <summary>Queues a broadcast on a stream.</summary>
    void Broadcast(nint communicator, Tensor values, int root, nint stream);

    /// <summary>Returns the stream that libtorch uses on a device for the calling thread.</summary>
    nint CurrentStream(int device);

    /// <summary>Creates a stream that does not implicitly wait for the default stream.</summary>
    nint CreateStream(int device);

    /// <summary>Records an event after everything queued on a stream so far.</summary>
    nint RecordEvent(nint stream, int device);

    /// <summary>Makes everything queued from now on wait for an event. The stream belongs to the device.</summary>
    void WaitEvent(nint stream, nint mark, int device);

    /// <summary>Returns whether an event is complete. Any thread may call this.</summary>
    bool IsComplete(nint mark);

    /// <summary>Destroys an event. Streams that already wait for it still do.</summary>
    void DestroyEvent(nint mark);

    /// <summary>Throws an exception if a communication has failed on the device.</summary>
    void CheckDevice(nint communicator);

    /// <summary>Aborts a communicator and everything in progress on it.</summary>
    void Abort(nint communicator);
}
