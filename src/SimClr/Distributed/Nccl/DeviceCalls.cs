using System.Diagnostics;

namespace SimClr.Distributed;

/// <summary>
/// Communication that a device was given and has not done yet. The processor hangs in whatever waits for the device
/// next, such as reading a loss, where no call to another rank is to be seen.
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

    /// <summary>Takes note of what was put on a stream.</summary>
    /// <param name="nccl">Tells when it is done.</param>
    /// <param name="mark">Behind it; given back once it is past.</param>
    /// <param name="name">What it is.</param>
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

    // They come to an end in the order in which they were begun.
    private void DropDone()
    {
        while (under.TryPeek(out (nint Mark, string Name, long Begin) oldest) && library!.IsComplete(oldest.Mark))
        {
            library.DestroyEvent(under.Dequeue().Mark);
        }
    }
}
