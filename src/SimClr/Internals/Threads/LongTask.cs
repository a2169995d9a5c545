namespace SimClr.Internals;

/// <summary>Runs work that takes minutes or hours as a task.</summary>
internal static class LongTask
{
    /// <summary>Runs the work on a dedicated thread, so that it does not block a thread of the thread pool.</summary>
    public static Task<T> Run<T>(Func<T> work)
        => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
