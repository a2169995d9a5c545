namespace SimClr.Distributed;

/// <summary>Another rank stopped the run, and tells why itself: this one ends with the same exit code.</summary>
/// <param name="lines">What the other rank said.</param>
/// <param name="exitCode">What the other rank ends with.</param>
internal sealed class PeerException(IReadOnlyList<string> lines, int exitCode) : SimClrException(lines, null)
{
    public PeerException(string message, int exitCode)
        : this([message], exitCode)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => exitCode;
}
