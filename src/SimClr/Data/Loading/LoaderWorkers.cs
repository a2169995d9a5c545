using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace SimClr.Data;

/// <summary>
/// The threads that load the positions of posted batches, oldest batch first. One lock guards all state shared with the
/// consumer. Disposing waits for each thread to finish its current image.
/// </summary>
internal sealed class LoaderWorkers : IDisposable
{
    private readonly object gate = new();
    private readonly Queue<ImageBatch> posted = new();
    private readonly Action<ImageBatch, int> load;
    private readonly Thread[] threads;
    private Exception? error;
    private bool stopped;

    public LoaderWorkers(int workers, Action<ImageBatch, int> load)
    {
        this.load = load;
        threads = new Thread[workers];
        for (int i = 0; i < workers; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"image loader {i}" };
            threads[i].Start();
        }
    }

    public void Post(ImageBatch batch)
    {
        lock (gate)
        {
            if (batch.Remaining > 0)
            {
                posted.Enqueue(batch);
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>
    /// Waits until the batch is complete and returns the waiting time; rethrows the exception of a worker.
    /// </summary>
    public TimeSpan Await(ImageBatch batch, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        using var waking = cancellation.Register(WakeAll);
        lock (gate)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (error is not null)
                {
                    ExceptionDispatchInfo.Throw(error);
                }

                if (batch.Remaining == 0)
                {
                    return Stopwatch.GetElapsedTime(begin);
                }

                Monitor.Wait(gate);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        // A service that embeds occasionally should not hold image memory in between.
        PixelPool.Clear();
    }

    private void Work()
    {
        try
        {
            while (TryTake(out ImageBatch? batch, out int position))
            {
                load(batch!, position);
                Finish(batch!);
            }
        }
        catch (Exception thrown)
        {
            lock (gate)
            {
                error ??= thrown;
                stopped = true;
                Monitor.PulseAll(gate);
            }
        }
    }

    private bool TryTake(out ImageBatch? batch, out int position)
    {
        lock (gate)
        {
            while (true)
            {
                (batch, position) = (null, -1);
                if (stopped)
                {
                    return false;
                }

                if (posted.TryPeek(out batch))
                {
                    position = batch.Taken++;
                    if (batch.Taken == batch.Indices.Length)
                    {
                        posted.Dequeue();
                    }

                    return true;
                }

                Monitor.Wait(gate);
            }
        }
    }

    private void Finish(ImageBatch batch)
    {
        lock (gate)
        {
            if (--batch.Remaining == 0)
            {
                Monitor.PulseAll(gate);
            }
        }
    }

    private void WakeAll()
    {
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }
}
