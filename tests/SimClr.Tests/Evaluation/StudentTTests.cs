using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class StudentTTests
{
    // From printed tables of the distribution (two-sided 95% and 99%, and 90%).
    [Theory]
    [InlineData(0.975, 1, 12.706)]
    [InlineData(0.975, 2, 4.303)]
    [InlineData(0.975, 3, 3.182)]
    [InlineData(0.975, 4, 2.776)]
    [InlineData(0.975, 10, 2.228)]
    [InlineData(0.975, 30, 2.042)]
    [InlineData(0.975, 1000, 1.962)]
    [InlineData(0.995, 2, 9.925)]
    [InlineData(0.95, 5, 2.015)]
    public void Quantiles_are_those_of_printed_tables(double probability, int degrees, double expected)
        => Assert.Equal(expected, StudentT.Quantile(probability, degrees), 5e-4 * expected);

    [Fact]
    public void The_interval_of_three_values_is_that_of_a_textbook()
    {
        // Mean 5, deviation 1, standard error 0.57735, times 4.3027.
        Interval interval = StudentT.MeanInterval([4, 5, 6])!.Value;
        Assert.Equal(5 - 2.484, interval.Low, 1e-3);
        Assert.Equal(5 + 2.484, interval.High, 1e-3);
    }

    [Fact]
    public void A_single_value_has_no_interval()
    {
        Assert.Null(StudentT.MeanInterval([1]));
        Assert.Null(StudentT.MeanInterval([]));
        Assert.Equal(new Interval(3, 3), StudentT.MeanInterval([3, 3, 3]));
    }

    [Fact]
    public void Intervals_of_normal_samples_cover_the_mean_95_times_in_100()
    {
        var random = new Random(1);
        int covered = 0;
        for (int round = 0; round < 1000; round++)
        {
            double[] values = [.. Enumerable.Range(0, 3).Select(_ => Normal(random))];
            Interval interval = StudentT.MeanInterval(values)!.Value;
            covered += interval.Low <= 0 && interval.High >= 0 ? 1 : 0;
        }

        Assert.InRange(covered / 1000.0, 0.925, 0.975);
    }

    private static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
