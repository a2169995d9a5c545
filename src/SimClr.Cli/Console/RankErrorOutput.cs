using SimClr.Distributed;

namespace SimClr.Cli;

/// <summary>Where a rank's error goes that ends it before or without the others: what all ranks have to say is said once.</summary>
internal static class RankErrorOutput
{
    // Time for the first rank to say the same and end, and for the launcher to end the others.
    private static readonly TimeSpan Deference = TimeSpan.FromSeconds(2);

    /// <summary>The first rank speaks at once; another does if it still has to after a while.</summary>
    /// <param name="error">Takes errors.</param>
    /// <param name="cancel">Set when the launcher ends this process.</param>
    public static TextWriter For(TextWriter error, CancellationToken cancel)
        => Launch.IsDistributed && Launch.Rank > 0 && cancel.WaitHandle.WaitOne(Deference) ? TextWriter.Null : error;
}
