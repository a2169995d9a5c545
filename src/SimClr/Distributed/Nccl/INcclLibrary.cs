using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// What <see cref="Nccl"/> needs of NCCL and of CUDA's streams. A stream does what it is given in order; a mark is a
/// place in it, for which another stream can be made to wait, without anything waiting on the processor.
/// </summary>
internal interface INcclLibrary
{
    /// <summary>What the first rank draws and all need to know.</summary>
    byte[] CreateUniqueId();

    /// <summary>Connects this rank with the others. Every rank makes this call.</summary>
    /// <param name="id">What the first rank drew.</param>
    /// <param name="rank">This one.</param>
    /// <param name="size">Ranks.</param>
    /// <param name="device">The number of this rank's CUDA device.</param>
    nint Connect(ReadOnlySpan<byte> id, int rank, int size, int device);

    /// <summary>Puts a sum over the ranks on a stream, in place.</summary>
    void AllReduce(nint communicator, Tensor values, nint stream);

    /// <summary>Puts the joining of the ranks' tensors on a stream.</summary>
    void AllGather(nint communicator, Tensor local, Tensor all, nint stream);

    /// <summary>Puts a broadcast on a stream.</summary>
    void Broadcast(nint communicator, Tensor values, int root, nint stream);

    /// <summary>The stream on which libtorch computes on a device, as of this thread.</summary>
    nint CurrentStream(int device);

    /// <summary>A stream that waits for no other by itself.</summary>
    nint CreateStream(int device);

    /// <summary>Marks what the stream was given so far.</summary>
    nint RecordEvent(nint stream, int device);

    /// <summary>What is put on the stream, which is one of the device, from now on waits for the mark.</summary>
    void WaitEvent(nint stream, nint mark, int device);

    /// <summary>Whether all before a mark is done. Any thread may ask.</summary>
    bool IsComplete(nint mark);

    /// <summary>Gives a mark back; who waits for it still does.</summary>
    void DestroyEvent(nint mark);

    /// <summary>Throws what went wrong since, on the device.</summary>
    void CheckDevice(nint communicator);

    /// <summary>Ends what is under way.</summary>
    void Abort(nint communicator);
}
