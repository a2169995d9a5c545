using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Spearman's rank correlation of two series, with its significance by permutation.</summary>
/// <param name="Rho">The correlation, −1 to 1; 0 if one series is constant.</param>
/// <param name="PValue">
/// The share of permutations of the second series with a correlation at least as large (one-sided).
/// </param>
public sealed record RankCorrelation(double Rho, double PValue)
{
    private const int Permutations = 20_000;

    /// <summary>Compares two series; equal values share the mean of their ranks.</summary>
    /// <param name="first">The first series.</param>
    /// <param name="second">The second series, of the same length.</param>
    /// <param name="seed">The seed of the permutations. Default: 0.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there are fewer than two values.</exception>
    public static RankCorrelation Compute(IReadOnlyList<double> first, IReadOnlyList<double> second, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count < 2)
        {
            throw new ArgumentException(
                $"got {first.Count} and {second.Count} values, expected two series of the same length of at least 2",
                nameof(second));
        }

        double[] a = Ranks(first);
        double[] b = Ranks(second);
        double rho = Pearson(a, b);
        var stream = new RandomStream(seed, Purpose.Permutation, first.Count);
        int atLeast = 0;
        for (int round = 0; round < Permutations; round++)
        {
            stream.Shuffle(b.AsSpan());
            atLeast += Pearson(a, b) >= rho - 1e-12 ? 1 : 0;
        }

        return new RankCorrelation(rho, (atLeast + 1.0) / (Permutations + 1.0));
    }

    private static double[] Ranks(IReadOnlyList<double> values)
        => [.. values.Select(value => values.Count(other => other < value)
            + ((values.Count(other => other == value) + 1) / 2.0))];

    private static double Pearson(double[] a, double[] b)
    {
        double meanA = a.Average();
        double meanB = b.Average();
        double product = 0, squaresA = 0, squaresB = 0;
        for (int index = 0; index < a.Length; index++)
        {
            product += (a[index] - meanA) * (b[index] - meanB);
            squaresA += (a[index] - meanA) * (a[index] - meanA);
            squaresB += (b[index] - meanB) * (b[index] - meanB);
        }

        return squaresA == 0 || squaresB == 0 ? 0 : product / Math.Sqrt(squaresA * squaresB);
    }
}
