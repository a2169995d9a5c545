namespace SimClr.Cli.Progress;

/// <summary>
/// Forwards reports immediately on the reporting thread (<see cref="Progress{T}"/> would defer them).
/// </summary>
internal sealed class ImmediateProgress<T>(Action<T> take) : IProgress<T>
{
    public void Report(T value) => take(value);
}
