namespace SimClr.Cli.Bench;

/// <summary>What a figure should reach.</summary>
/// <param name="Bound">The bound, which itself is good.</param>
/// <param name="AtLeast">Whether larger is better.</param>
internal sealed record Target(double Bound, bool AtLeast)
{
    public static Target Min(double bound) => new(bound, true);

    public static Target Max(double bound) => new(bound, false);

    public bool IsMetBy(double value) => AtLeast ? value >= Bound : value <= Bound;
}
