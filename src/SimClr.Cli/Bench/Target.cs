namespace SimClr.Cli.Bench;

/// <summary>The bound that a figure should reach.</summary>
/// <param name="Bound">The bound, inclusive.</param>
/// <param name="AtLeast">Whether larger is better.</param>
internal sealed record Target(double Bound, bool AtLeast)
{
    public static Target Min(double bound) => new(bound, true);

    public static Target Max(double bound) => new(bound, false);

    public bool IsMetBy(double value) => AtLeast ? value >= Bound : value <= Bound;
}
