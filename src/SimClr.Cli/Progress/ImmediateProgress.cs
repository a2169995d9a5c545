namespace SimClr.Cli.Progress;

/// <summary>Hands reports on at once, on the thread that makes them (<see cref="Progress{T}"/> would defer them).</summary>
internal sealed class ImmediateProgress<T>(Action<T> take) : IProgress<T>
{
    public void Report(T value) => take(value);
}
