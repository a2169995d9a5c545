namespace SimClr.Evaluation;

/// <summary>
/// Wilson's 95% score interval of a proportion (1927), which stays accurate for few cases and near 0 and 1.
/// </summary>
internal static class WilsonInterval
{
    private const double Z = 1.959963984540054;

    /// <param name="hits">The number of hits.</param>
    /// <param name="cases">The number of cases, above 0.</param>
    public static Interval Compute(int hits, int cases)
    {
        double share = (double)hits / cases;
        double weight = Z * Z / cases;
        double middle = (share + (weight / 2)) / (1 + weight);
        double half = Z / (1 + weight) * Math.Sqrt(((share * (1 - share)) + (weight / 4)) / cases);
        return new Interval(Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
