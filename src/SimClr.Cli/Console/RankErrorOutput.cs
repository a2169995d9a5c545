using SimClr.Distributed;

namespace SimClr.Cli;

/// <summary>
/// The stream for an error of a rank outside the shared work. An error that all ranks share is printed once.
/// </summary>
internal static class RankErrorOutput
{
    // Time for the first rank to report the same error and exit, and for the launcher to end the other ranks.
    private static readonly TimeSpan Deference = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns the error stream: for the first rank at once, for another rank only if it still runs after a
    /// delay.
    /// </summary>
    /// <param name="error">The error stream.</param>
    /// <param name="cancel">Set when the launcher ends this process.</param>
    public static TextWriter For(TextWriter error, CancellationToken cancel)
        => Launch.IsDistributed && Launch.Rank > 0 && cancel.WaitHandle.WaitOne(Deference) ? TextWriter.Null : error;
}
