namespace SimClr.Distributed;

/// <summary>Another rank stopped the run, and tells why itself: this one ends with the same exit code.</summary>
/// <param name="message">What the other rank said.</param>
/// <param name="exitCode">What the other rank ends with.</param>
internal sealed class PeerException(string message, int exitCode) : SimClrException(message)
{
    /// <inheritdoc/>
    public override int ExitCode => exitCode;
}
