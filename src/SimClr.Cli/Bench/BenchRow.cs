namespace SimClr.Cli.Bench;

/// <summary>One line of the table.</summary>
/// <param name="Name">The key, such as <c>pretrain_quarter</c>.</param>
/// <param name="Description">The measured work and its shapes.</param>
/// <param name="Result">The figure, nearly always the ratio of two sides measured in turn.</param>
/// <param name="Unit">The unit of the figure.</param>
/// <param name="Target">The bound to reach; null if there is none.</param>
internal sealed record BenchRow(string Name, string Description, Spread Result, string Unit, Target? Target = null)
{
    /// <summary>The figures behind the result, and other figures of the same measurement, by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the target is met; null without a target.</summary>
    public bool? TargetMet => Target?.IsMetBy(Result.Median);
}
