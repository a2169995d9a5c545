namespace SimClr.Cli.Bench;

/// <summary>A figure over several rounds.</summary>
/// <param name="Median">The median.</param>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value.</param>
/// <param name="Rounds">The number of rounds.</param>
internal sealed record Spread(double Median, double Low, double High, int Rounds)
{
    public static Spread FromValues(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>
    /// Computes the ratio of two sides round by round, so that a disturbance of both in one round cancels out.
    /// </summary>
    public static Spread FromRatio(IReadOnlyList<double> upper, IReadOnlyList<double> lower)
        => FromValues([.. upper.Zip(lower, (a, b) => a / b)]);
}
