namespace SimClr.Cli.Bench;

/// <summary>A figure over several rounds.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
/// <param name="Rounds">How many there were.</param>
internal sealed record Spread(double Median, double Low, double High, int Rounds)
{
    public static Spread FromValues(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>The ratio of two sides, round by round: what disturbs both in one round cancels out.</summary>
    public static Spread FromRatio(IReadOnlyList<double> upper, IReadOnlyList<double> lower)
        => FromValues([.. upper.Zip(lower, (a, b) => a / b)]);
}
