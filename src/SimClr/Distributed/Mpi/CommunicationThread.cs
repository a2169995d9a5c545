using System.Collections.Concurrent;

namespace SimClr.Distributed;

/// <summary>Communicates in the background, one thing after another, in the order in which they were begun.</summary>
internal sealed class CommunicationThread : IDisposable
{
    private readonly BlockingCollection<Pending> queue = [];
    private readonly Thread thread;

    public CommunicationThread()
    {
        thread = new Thread(Work) { IsBackground = true, Name = "communication" };
        thread.Start();
    }

    /// <summary>Puts something at the end of the queue.</summary>
    /// <param name="values">What it changes; kept until it has been waited for.</param>
    /// <param name="work">What to do.</param>
    /// <param name="waits">Counts the time spent in waiting for it.</param>
    public IPendingCommunication Begin(MpiBuffer values, Action work, CallClock waits)
    {
        var pending = new Pending(values, work, waits);
        queue.Add(pending);
        return pending;
    }

    /// <summary>Ends the thread once all that was begun is done.</summary>
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
