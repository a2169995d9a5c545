using System.Globalization;

namespace SimClr.Distributed;

/// <summary>The last words of a rank whose call does not come to an end: who is to blame, as far as it can be known.</summary>
internal static class SilenceReport
{
    private const int MaxNamed = 8;

    /// <summary>What to tell.</summary>
    /// <param name="rank">Who tells.</param>
    /// <param name="call">The call that does not end.</param>
    /// <param name="waited">How long it has been waited for.</param>
    /// <param name="states">What is known of all ranks.</param>
    /// <param name="silentAfter">Who has given no sign of life for so long counts as not heard from.</param>
    public static string Describe(int rank, string call, TimeSpan waited, RankState[] states, TimeSpan silentAfter)
    {
        int[] others = [.. Enumerable.Range(0, states.Length).Where(other => other != rank)];
        int[] silent = [.. others.Where(other => IsSilent(states[other], silentAfter))];
        int[] absent = [.. others.Except(silent).Where(other => states[other].Calls < states[rank].Calls || !states[other].Inside)];
        string who = silent.Length > 0
            ? $"not heard from: {Names(silent, other => $"{Where(states[other])}, {SilentFor(states[other])}")}"
            : absent.Length == 0 ? "all ranks give signs of life and are in a call, yet it does not end" : "all ranks give signs of life";
        string missing = absent.Length > 0 ? $"; alive, but not in that call: {Names(absent, other => Where(states[other]))}" : "";
        return $"rank {rank} of {states.Length} ({Where(states[rank])}) has waited {Seconds(waited)} for the other ranks in {call} "
            + $"{states[rank].Calls}; {who}{missing}. Every rank is ended. Start the run again with resume: true; "
            + "if a rank was only slow, set a longer CommunicationOptions.Timeout.";
    }

    /// <summary>What to tell when a rank falls silent.</summary>
    /// <param name="rank">The silent one.</param>
    /// <param name="state">What is known of it.</param>
    /// <param name="timeout">When the run will be ended.</param>
    public static string DescribeWarning(int rank, RankState state, TimeSpan timeout)
        => $"rank {rank} ({Where(state)}) is {SilentFor(state)}, and others wait for it; after {Seconds(timeout)} the run is ended";

    /// <summary>Whether a rank counts as not heard from.</summary>
    public static bool IsSilent(RankState state, TimeSpan silentAfter) => state.Silent is not { } silent || silent > silentAfter;

    private static string Names(int[] ranks, Func<int, string> about)
    {
        string more = ranks.Length > MaxNamed ? $" and {ranks.Length - MaxNamed} more" : "";
        return string.Join(", ", ranks.Take(MaxNamed).Select(rank => $"rank {rank} ({about(rank)})")) + more;
    }

    private static string Where(RankState state) => $"process {state.Address.Process} on {state.Address.Host}";

    private static string SilentFor(RankState state)
        => state.Silent is { } silent ? $"silent for {Seconds(silent)}" : "silent from the start";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
