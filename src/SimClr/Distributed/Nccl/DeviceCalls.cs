using System.Diagnostics;

namespace SimClr.Distributed;

/// <summary>
/// The communications that are queued on a device and not yet complete. If one of them hangs, the host blocks in
/// whatever waits for the device next, such as reading a loss, where no call to another rank is visible.
/// </summary>
internal sealed class DeviceCalls : IWatchedCalls
{
    private readonly Lock gate = new();
    private readonly Queue<(nint Mark, string Name, long Begin)> under = [];
    private INcclLibrary? library;
    private long calls;

    /// <inheritdoc/>
    public long Calls => Interlocked.Read(ref calls);

    /// <inheritdoc/>
    public (TimeSpan Since, string Name)? Current
    {
        get
        {
            lock (gate)
            {
                DropDone();
                return under.TryPeek(out (nint Mark, string Name, long Begin) oldest)
                    ? (Stopwatch.GetElapsedTime(oldest.Begin), $"{oldest.Name} on the device")
                    : null;
            }
        }
    }

    /// <summary>Records a communication that was queued on a stream.</summary>
    /// <param name="nccl">The library that owns the event.</param>
    /// <param name="mark">An event recorded after the communication. It is destroyed once it is complete.</param>
    /// <param name="name">The name of the communication.</param>
    public void Add(INcclLibrary nccl, nint mark, string name)
    {
        Interlocked.Increment(ref calls);
        lock (gate)
        {
            library = nccl;
            DropDone();
            under.Enqueue((mark, name, Stopwatch.GetTimestamp()));
        }
    }

    // Communications complete in the order in which they were started.
    private void DropDone()
    {
        while (under.TryPeek(out (nint Mark, string Name, long Begin) oldest) && library!.IsComplete(oldest.Mark))
        {
            library.DestroyEvent(under.Dequeue().Mark);
        }
    }
}
