namespace SimClr.Internals;

/// <summary>Tasks for work that takes minutes or hours.</summary>
internal static class LongTask
{
    /// <summary>Runs work on a separate thread, so that it occupies no thread of the pool.</summary>
    public static Task<T> Run<T>(Func<T> work)
        => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
