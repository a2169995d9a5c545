using System.Collections.Concurrent;

namespace SimClr.Distributed;

/// <summary>
/// A background thread that runs communications one at a time, in the order in which they were started.
/// </summary>
internal sealed class CommunicationThread : IDisposable
{
    private readonly BlockingCollection<Pending> queue = [];
    private readonly Thread thread;

    public CommunicationThread()
    {
        thread = new Thread(Work) { IsBackground = true, Name = "communication" };
        thread.Start();
    }

    /// <summary>Adds a communication to the end of the queue.</summary>
    /// <param name="values">
    /// The buffer of the communication. It is copied back and disposed of by the first wait.
    /// </param>
    /// <param name="work">The communication itself.</param>
    /// <param name="waits">The clock for the time spent waiting.</param>
    public IPendingCommunication Begin(MpiBuffer values, Action work, CallClock waits)
    {
        var pending = new Pending(values, work, waits);
        queue.Add(pending);
        return pending;
    }

    /// <summary>Ends the thread once every queued communication is complete.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Work()
    {
        foreach (Pending pending in queue.GetConsumingEnumerable())
        {
            pending.Work();
        }
    }

    private sealed class Pending(MpiBuffer values, Action work, CallClock waits) : IPendingCommunication
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool returned;

        public void Work()
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (CommunicationException failure)
            {
                done.SetException(failure);
            }
        }

        public void Wait()
        {
            if (!done.Task.IsCompleted)
            {
                waits.Time("wait", () => done.Task.GetAwaiter().GetResult());
            }

            done.Task.GetAwaiter().GetResult();
            if (!returned)
            {
                returned = true;
                values.CopyBack();
                values.Dispose();
            }
        }
    }
}
