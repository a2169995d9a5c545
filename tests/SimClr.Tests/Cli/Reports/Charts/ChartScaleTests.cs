using System.Globalization;
using CsCheck;
using SimClr.Cli.Reports;

namespace SimClr.Tests.Cli.Reports.Charts;

public sealed class ChartScaleTests
{
    private static readonly ChartAxis Plain = new("x");

    [Fact]
    public void A_linear_axis_maps_proportionally()
    {
        var scale = new AxisScale(Plain with { Min = 10, Max = 20 }, [], 100, 300);
        Assert.Equal([100, 150, 300], new[] { 10, 12.5, 20 }.Select(scale.Map));
    }

    [Fact]
    public void A_logarithmic_axis_maps_equal_factors_to_equal_distances()
    {
        var scale = new AxisScale(Plain with { IsLogarithmic = true }, [1, 10, 100, 1000], 0, 300);
        double first = scale.Map(10) - scale.Map(1);
        Assert.Equal(first, scale.Map(100) - scale.Map(10), 9);
        Assert.Equal(first / 2, scale.Map(Math.Sqrt(10)) - scale.Map(1), 9);
    }

    [Fact]
    public void A_logarithmic_axis_with_zero_is_linear()
        => Assert.False(new AxisScale(Plain with { IsLogarithmic = true }, [0, 1, 10], 0, 300).IsLogarithmic);

    [Theory]
    [InlineData(10, 5, 2)]
    [InlineData(0.3, 5, 0.05)]
    [InlineData(7, 7, 1)]
    [InlineData(4.1, 4, 1)]
    [InlineData(100, 5, 20)]
    public void Steps_are_round(double range, int count, double step)
        => Assert.Equal(step, AxisScale.Step(range, count), 12);

    [Fact]
    public void Few_values_are_the_ticks_of_a_logarithmic_axis()
    {
        var scale = new AxisScale(Plain with { IsLogarithmic = true }, [256, 512, 8192], 0, 300);
        Assert.Equal(["256", "512", "8,192"], scale.Ticks(5).Select(tick => tick.Label));
    }

    [Fact]
    public void Percentages_stay_between_0_and_100()
    {
        var scale = new AxisScale(Plain with { IsPercent = true }, [0.01, 1], 300, 0);
        Assert.Equal((0.0, 1.0), (scale.Low, scale.High));
        Assert.Equal(["0%", "20%", "40%", "60%", "80%", "100%"], scale.Ticks(5).Select(tick => tick.Label));
    }

    [Fact]
    public void Ticks_are_round_evenly_spaced_and_inside()
        => Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[1e-3, 1e6], Gen.Int[2, 8]).Sample((low, range, count) =>
        {
            var scale = new AxisScale(Plain, [low, low + range], 0, 500);
            (double Value, string Label)[] ticks = [.. scale.Ticks(count)];
            Assert.InRange(ticks.Length, 1, 17);
            Assert.All(ticks, tick => Assert.InRange(
                tick.Value, scale.Low - (1e-9 * range), scale.High + (1e-9 * range)));
            double step = AxisScale.Step(scale.High - scale.Low, count);
            double leading = step / Math.Pow(10, Math.Floor(Math.Log10(step) + 1e-9));
            Assert.Contains(Math.Round(leading, 6), new[] { 1.0, 2.0, 5.0 });
            Assert.All(ticks, tick => Assert.InRange(
                Math.Abs(double.Parse(tick.Label, NumberStyles.Any, CultureInfo.InvariantCulture) - tick.Value),
                0,
                (1e-6 * Math.Abs(tick.Value)) + (1e-6 * step)));
            for (int i = 1; i < ticks.Length; i++)
            {
                Assert.InRange((ticks[i].Value - ticks[i - 1].Value) / step, 1 - 1e-6, 1 + 1e-6);
            }
        });

    [Fact]
    public void Any_values_give_finite_pixels_inside()
        => Gen.Select(Gen.Double.Array[0, 5], Gen.Bool).Sample((values, isLogarithmic) =>
        {
            double[] usable = [.. values.Where(value => Math.Abs(value) < 1e300)];
            var scale = new AxisScale(Plain with { IsLogarithmic = isLogarithmic }, usable, 40, 400);
            Assert.All(usable.Where(double.IsFinite), value => Assert.InRange(scale.Map(value), 40, 400));
        });

    [Theory]
    [InlineData(0.03125, "0.03125")]
    [InlineData(1.5, "1.5")]
    [InlineData(4096, "4,096")]
    [InlineData(0, "0")]
    [InlineData(1e-7, "1e-7")]
    public void Numbers_are_short(double value, string text) => Assert.Equal(text, ChartNumber.Format(value));
}
