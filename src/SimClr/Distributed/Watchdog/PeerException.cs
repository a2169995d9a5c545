namespace SimClr.Distributed;

/// <summary>An error of another rank, which reports it. This rank ends with the same exit code.</summary>
/// <param name="lines">The message of the other rank, in lines.</param>
/// <param name="exitCode">The exit code of the other rank.</param>
internal sealed class PeerException(IReadOnlyList<string> lines, int exitCode) : SimClrException(lines, null)
{
    public PeerException(string message, int exitCode)
        : this([message], exitCode)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => exitCode;
}
