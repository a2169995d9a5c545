using System.Globalization;
using SimClr.Evaluation;

namespace SimClr.Cli.Studies;

/// <summary>
/// A difference of two selections with its 95% interval: over the seeds, each compared with itself, or over the test
/// images if there is one seed.
/// </summary>
internal sealed class ClaimDifference
{
    private readonly IReadOnlyDictionary<long, double> seeds;

    // Half of the interval over the test images; NaN without.
    private readonly double testHalf;

    private readonly StudyMeasure measure;

    private ClaimDifference(IReadOnlyDictionary<long, double> seeds, double testHalf, StudyMeasure measure)
    {
        this.seeds = seeds;
        this.testHalf = testHalf;
        this.measure = measure;
    }

    /// <summary>The mean over the seeds; NaN without any.</summary>
    public double Mean => seeds.Count == 0 ? double.NaN : seeds.Values.Average();

    public double Low => Mean - Half;

    public double High => Mean + Half;

    /// <summary>The difference in words.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"{SignedMean}{Ends} ({(seeds.Count > 1 ? $"95% over {seeds.Count} seeds"
            : double.IsNaN(testHalf) ? "one seed, no interval" : "95% over the test images of one seed")})");

    /// <summary>The mean with its sign.</summary>
    public string SignedMean => StudyText.Signed(Mean, measure);

    private string Ends => double.IsFinite(Half)
        ? $" [{StudyText.Signed(Low, measure)}, {StudyText.Signed(High, measure)}]"
        : "";

    private double Half => StudentT.MeanInterval([.. seeds.Values]) is { } interval ? (interval.High - interval.Low) / 2
        : double.IsNaN(testHalf) ? double.PositiveInfinity
        : testHalf;

    /// <summary>Subtracts one selection from another, seed by seed.</summary>
    public static ClaimDifference Subtract(ClaimSelection more, ClaimSelection less)
    {
        double half = more.TestInterval() is { } first && less.TestInterval() is { } second
            ? Math.Sqrt(SquareOfHalf(first) + SquareOfHalf(second))
            : double.NaN;
        return new ClaimDifference(Subtract(more.Seeds(), less.Seeds()), half, more.Measure);
    }

    /// <summary>Subtracts another difference, seed by seed.</summary>
    public ClaimDifference Minus(ClaimDifference other) => new(
        Subtract(seeds, other.seeds), Math.Sqrt((testHalf * testHalf) + (other.testHalf * other.testHalf)), measure);

    private static Dictionary<long, double> Subtract(
        IReadOnlyDictionary<long, double>? more, IReadOnlyDictionary<long, double>? less)
        => more is null || less is null
            ? []
            : more.Where(entry => less.ContainsKey(entry.Key))
                .ToDictionary(entry => entry.Key, entry => entry.Value - less[entry.Key]);

    private static double SquareOfHalf(Interval interval) => Math.Pow((interval.High - interval.Low) / 2, 2);
}
