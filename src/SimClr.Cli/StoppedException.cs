namespace SimClr.Cli;

/// <summary>The user stopped the work; the message says where, and how to go on.</summary>
internal sealed class StoppedException(string message, Exception inner) : OperationCanceledException(message, inner)
{
    /// <summary>A line of its own that says how to go on; null where the message says it.</summary>
    public string? ResumeHint { get; init; }
}
