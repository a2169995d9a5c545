using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Rho_is_that_of_a_published_example()
    {
        // IQ and hours of television of ten people: rho = −29/165 (Wikipedia, "Spearman's rank correlation
        // coefficient").
        RankCorrelation found = RankCorrelation.Compute(
            [106, 100, 86, 101, 99, 103, 97, 113, 112, 110], [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]);
        Assert.Equal(-29.0 / 165, found.Rho, 1e-12);
        Assert.Equal(0.69, found.PValue, 0.02);   // one-sided: two-sided p is 0.627
    }

    [Fact]
    public void Ties_share_the_mean_of_their_ranks()
    {
        // Ranks 1.5, 1.5, 3 and 1, 2, 3: the correlation is 1.5 / sqrt(1.5 · 2).
        Assert.Equal(1.5 / Math.Sqrt(3), RankCorrelation.Compute([1, 1, 2], [1, 2, 3]).Rho, 1e-12);
        Assert.Equal(0, RankCorrelation.Compute([1, 1, 1], [1, 2, 3]).Rho);
    }

    [Theory]
    [InlineData(3, 1.0 / 6)]
    [InlineData(4, 1.0 / 24)]
    [InlineData(5, 1.0 / 120)]
    public void The_p_value_of_a_perfect_order_is_one_of_all_permutations(int count, double expected)
    {
        double[] rising = [.. Enumerable.Range(0, count).Select(index => (double)index)];
        Assert.Equal(expected, RankCorrelation.Compute(rising, rising).PValue, 5 * Math.Sqrt(expected / 20_000));
        Assert.Equal(1, RankCorrelation.Compute(rising, [.. rising.Select(value => -value)]).PValue, 1e-9);
    }

    [Fact]
    public void Series_of_different_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RankCorrelation.Compute([1, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Compute([1], [1]));
    }
}
