using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Tests.Distributed;

/// <summary>The meeting points of ranks that are threads: the last to arrive does the work for all.</summary>
internal sealed class ThreadMeetings(int size) : IDisposable
{
    // Only a test that would hang forever reaches this limit.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string, int), Meeting> meetings = [];
    private readonly object gate = new();

    public int Size => size;

    /// <summary>The first error on any rank.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Fails all current and future waits of the ranks.</summary>
    public void Break(Exception error)
    {
        lock (gate)
        {
            Error ??= error;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Registers the arrival of a rank, without waiting.</summary>
    public void Arrive((string, int) key, int rank, string call, Tensor[] tensors, Action<Tensor[][]> work)
    {
        lock (gate)
        {
            ThrowIfBroken();
            if (!meetings.TryGetValue(key, out Meeting? meeting))
            {
                meetings.Add(key, meeting = new Meeting(call, rank, new Tensor[size][]));
            }
            else if (meeting.Call != call)
            {
                throw new CommunicationException(
                    $"{key.Item1} call {key.Item2}: rank {meeting.First} makes the "
                        + $"{meeting.Call}, rank {rank} the {call}");
            }

            meeting.Tensors[rank] = tensors;
            if (++meeting.Arrived == size)
            {
                work(meeting.Tensors);
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>Waits until the work is done.</summary>
    public void Leave((string, int) key)
    {
        lock (gate)
        {
            Meeting meeting = meetings[key];
            while (meeting.Arrived < size)
            {
                ThrowIfBroken();
                if (!Monitor.Wait(gate, Patience))
                {
                    var missing = Enumerable.Range(0, size).Where(rank => meeting.Tensors[rank] is null);
                    throw new CommunicationException($"{meeting.Call}: rank {string.Join(", ", missing)} did not come");
                }
            }

            if (++meeting.Left == size)
            {
                meetings.Remove(key);
            }
        }
    }

    public void Dispose() => meetings.Clear();

    private void ThrowIfBroken()
    {
        if (Error is { } error)
        {
            throw new CommunicationException($"another rank failed: {error.Message}", error);
        }
    }

    private sealed record Meeting(string Call, int First, Tensor[][] Tensors)
    {
        public int Arrived { get; set; }

        public int Left { get; set; }
    }
}
