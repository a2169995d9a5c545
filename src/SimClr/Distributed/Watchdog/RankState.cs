namespace SimClr.Distributed;

/// <summary>What one rank knows of another.</summary>
/// <param name="Address">Where it runs.</param>
/// <param name="Silent">Time since its last sign of life; null if there never was one.</param>
/// <param name="Calls">Calls that it had entered by then.</param>
/// <param name="Inside">Whether it was within its last call by then.</param>
internal sealed record RankState(RankAddress Address, TimeSpan? Silent, long Calls, bool Inside);
