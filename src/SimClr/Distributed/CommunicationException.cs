namespace SimClr.Distributed;

/// <summary>The processes of a run could not reach each other.</summary>
/// <param name="message">What was tried, and what to do.</param>
/// <param name="cause">What MPI or the system said.</param>
public sealed class CommunicationException(string message, Exception? cause = null) : SimClrException(message, cause)
{
    /// <inheritdoc/>
    public override int ExitCode => 1;
}
