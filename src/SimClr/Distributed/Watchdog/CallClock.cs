using System.Diagnostics;

namespace SimClr.Distributed;

/// <summary>A clock of the communication calls of one thread. Other threads may read it at any time.</summary>
internal sealed class CallClock : IWatchedCalls
{
    private long entered;
    private long ticks;
    private long calls;
    private string name = "";

    /// <inheritdoc/>
    public long Calls => Volatile.Read(ref calls);

    /// <summary>The total time spent in completed calls.</summary>
    public TimeSpan Total => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref ticks));

    /// <inheritdoc/>
    public (TimeSpan Since, string Name)? Current
        => Volatile.Read(ref entered) is > 0 and { } begin
            ? (Stopwatch.GetElapsedTime(begin), Volatile.Read(ref name))
            : null;

    /// <summary>Runs a call and records its time under a name.</summary>
    public void Time(string call, Action work)
    {
        Volatile.Write(ref name, call);
        Interlocked.Increment(ref calls);
        long begin = Stopwatch.GetTimestamp();
        Volatile.Write(ref entered, begin);
        try
        {
            work();
        }
        finally
        {
            Volatile.Write(ref entered, 0);
            Interlocked.Add(ref ticks, Stopwatch.GetTimestamp() - begin);
        }
    }
}
