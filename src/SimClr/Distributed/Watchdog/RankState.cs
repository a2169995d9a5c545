namespace SimClr.Distributed;

/// <summary>The state of a rank as known to another.</summary>
/// <param name="Address">The address of the rank.</param>
/// <param name="Silent">The time since the last heartbeat; null if there never was one.</param>
/// <param name="Calls">The number of calls that the rank had entered by the last heartbeat.</param>
/// <param name="Inside">Whether the rank was inside the last of those calls.</param>
internal sealed record RankState(RankAddress Address, TimeSpan? Silent, long Calls, bool Inside);
