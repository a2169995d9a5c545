namespace SimClr.Distributed;

/// <summary>A failure of communication between the processes of a run. Exit code 1.</summary>
/// <param name="message">The operation that failed, and what to do.</param>
/// <param name="cause">The underlying error, or null.</param>
public sealed class CommunicationException(string message, Exception? cause = null) : SimClrException(message, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 1;
}
