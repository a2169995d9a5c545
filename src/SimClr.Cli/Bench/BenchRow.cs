namespace SimClr.Cli.Bench;

/// <summary>One line of the table.</summary>
/// <param name="Name">Its key: <c>pretrain_quarter</c>.</param>
/// <param name="Description">What was measured, at which shapes.</param>
/// <param name="Result">The figure: nearly always a ratio of two sides measured in turn.</param>
/// <param name="Unit">What the figure counts.</param>
/// <param name="Target">What it should reach; null where there is no bound of its own.</param>
internal sealed record BenchRow(string Name, string Description, Spread Result, string Unit, Target? Target = null)
{
    /// <summary>The figures behind it, and others seen on the way, by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the target is reached; null without one.</summary>
    public bool? TargetMet => Target?.IsMetBy(Result.Median);
}
