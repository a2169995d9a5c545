using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// Threads that each compute whole batches on their own instead of sharing each operation, so that the results cannot
/// depend on the number of threads. Gradients are disabled; each task has its own dispose scope.
/// </summary>
internal sealed class ComputeLanes : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread[] threads;

    public ComputeLanes(int lanes)
    {
        int before = get_num_threads();
        using var ready = new CountdownEvent(lanes);
        threads = [.. Enumerable.Range(0, lanes)
            .Select(i => new Thread(() => Run(ready)) { IsBackground = true, Name = $"embedder {i}" })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        // Each lane has set its own thread count, and thereby the count that new threads start with.
        ready.Wait();
        set_num_threads(before);
    }

    public int Count => threads.Length;

    public Task<T> Start<T>(Func<T> compute)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                done.SetResult(compute());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    /// <summary>Waits for all started tasks.</summary>
    public void Dispose()
    {
        work.CompleteAdding();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        work.Dispose();
    }

    private void Run(CountdownEvent ready)
    {
        set_num_threads(1);
        ready.Signal();
        using var _ = no_grad();
        foreach (Action compute in work.GetConsumingEnumerable())
        {
            using var scope = NewDisposeScope();
            compute();
        }
    }
}
