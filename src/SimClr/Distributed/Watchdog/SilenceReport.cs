using System.Globalization;

namespace SimClr.Distributed;

/// <summary>
/// The error report of a rank whose call does not return, which names the cause as far as it is known.
/// </summary>
internal static class SilenceReport
{
    private const int MaxNamed = 8;

    /// <summary>Returns the report that is logged before the run ends.</summary>
    /// <param name="rank">The rank that reports.</param>
    /// <param name="call">The name of the call that does not return.</param>
    /// <param name="waited">The time since the call began.</param>
    /// <param name="states">The known states of all ranks.</param>
    /// <param name="silentAfter">The time without a heartbeat after which a rank counts as silent.</param>
    public static string Describe(int rank, string call, TimeSpan waited, RankState[] states, TimeSpan silentAfter)
    {
        int[] others = [.. Enumerable.Range(0, states.Length).Where(other => other != rank)];
        int[] silent = [.. others.Where(other => IsSilent(states[other], silentAfter))];
        int[] absent = [.. others.Except(silent)
            .Where(other => states[other].Calls < states[rank].Calls || !states[other].Inside)];
        string who = silent.Length > 0
            ? $"not heard from: {Names(silent, other => $"{Where(states[other])}, {SilentFor(states[other])}")}"
            : absent.Length == 0 ? "all ranks were heard from and are in a call, but it does not return"
            : "all ranks were heard from";
        string missing = absent.Length > 0
            ? $"; alive, but not in that call: {Names(absent, other => Where(states[other]))}"
            : "";
        return $"rank {rank} of {states.Length} ({Where(states[rank])}) has waited {Seconds(waited)} for the other "
            + $"ranks in {call} {states[rank].Calls}; {who}{missing}. All ranks are terminated. Start the run again "
            + "with resume: true; if a rank was only slow, set a longer CommunicationOptions.Timeout.";
    }

    /// <summary>Returns the warning for a rank that has fallen silent.</summary>
    /// <param name="rank">The silent rank.</param>
    /// <param name="state">The known state of the rank.</param>
    /// <param name="timeout">The time after which the run is ended.</param>
    public static string DescribeWarning(int rank, RankState state, TimeSpan timeout)
        => $"rank {rank} ({Where(state)}) has been {SilentFor(state)}, and other ranks are waiting for it; "
            + $"the run ends after {Seconds(timeout)}";

    /// <summary>Returns whether a rank counts as silent.</summary>
    public static bool IsSilent(RankState state, TimeSpan silentAfter)
        => state.Silent is not { } silent || silent > silentAfter;

    private static string Names(int[] ranks, Func<int, string> about)
    {
        string more = ranks.Length > MaxNamed ? $" and {ranks.Length - MaxNamed} more" : "";
        return string.Join(", ", ranks.Take(MaxNamed).Select(rank => $"rank {rank} ({about(rank)})")) + more;
    }

    private static string Where(RankState state) => $"process {state.Address.Process} on {state.Address.Host}";

    private static string SilentFor(RankState state)
        => state.Silent is { } silent ? $"silent for {Seconds(silent)}" : "silent from the start";

    private static string Seconds(TimeSpan time)
        => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
