namespace SimClr.Cli.Studies;

/// <summary>The judgment on a claim.</summary>
/// <param name="Text">The claim in words.</param>
/// <param name="Holds">Whether the results show it; null if too little was measured.</param>
/// <param name="Finding">The numbers in words.</param>
/// <param name="Numbers">The numbers by name.</param>
internal sealed record ClaimOutcome(
    string Text, bool? Holds, string Finding, IReadOnlyDictionary<string, double> Numbers);
