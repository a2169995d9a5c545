namespace SimClr.Cli;

/// <summary>The user stopped the work. The message states where, and how to resume.</summary>
internal sealed class StoppedException(string message, Exception inner) : OperationCanceledException(message, inner)
{
    /// <summary>A separate line on how to resume; null if the message says so.</summary>
    public string? ResumeHint { get; init; }
}
