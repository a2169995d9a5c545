namespace SimClr.Internals;

/// <summary>Work that takes minutes or hours, as a task.</summary>
internal static class LongTask
{
    /// <summary>Runs the work on a thread of its own, so that the thread pool keeps its threads.</summary>
    public static Task<T> Run<T>(Func<T> work)
        => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
