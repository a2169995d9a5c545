namespace SimClr.Evaluation;

/// <summary>Means over a few runs with different seeds, and their intervals by Student's t distribution.</summary>
public static class StudentT
{
    private const int Panels = 400;

    /// <summary>Returns the 95% interval of the mean of independent values; null for fewer than two values.</summary>
    public static Interval? MeanInterval(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count < 2)
        {
            return null;
        }

        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        double half = Quantile(0.975, values.Count - 1) * Math.Sqrt(variance / values.Count);
        return new Interval(mean - half, mean + half);
    }

    /// <summary>Returns the value that a t-distributed variable stays below with a probability.</summary>
    /// <param name="probability">The probability, 0.5 to below 1.</param>
    /// <param name="degrees">The degrees of freedom, 1 or more.</param>
    public static double Quantile(double probability, int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degrees);
        if (!(probability is >= 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, "the probability must be at least 0.5 and below 1");
        }

        (double low, double high) = (0, 1);
        while (Below(high, degrees) < probability)
        {
            (low, high) = (high, 2 * high);
        }

        for (int round = 0; round < 100; round++)
        {
            double middle = (low + high) / 2;
            (low, high) = Below(middle, degrees) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // P(T <= t) for t >= 0. With t = sqrt(ν)·tan θ the density becomes cos(θ)^(ν−1), a smooth function on [0, π/2],
    // whose integral Simpson's rule gives to rounding.
    private static double Below(double t, int degrees)
    {
        double end = Math.Atan(t / Math.Sqrt(degrees));
        return 0.5 + (0.5 * Integral(end, degrees) / Integral(Math.PI / 2, degrees));
    }

    private static double Integral(double end, int degrees)
    {
        double width = end / Panels;
        double sum = 0;
        for (int index = 0; index <= Panels; index++)
        {
            double weight = index is 0 or Panels ? 1 : index % 2 == 1 ? 4 : 2;
            sum += weight * Math.Pow(Math.Cos(index * width), degrees - 1);
        }

        return sum * width / 3;
    }
}
