using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class ViewOptionsTests
{
    [Fact]
    public void The_defaults_are_the_papers()
    {
        Assert.Equal(
            new ViewOptions
            {
                Size = 224,
                AreaMin = 0.08,
                AreaMax = 1,
                Strength = 1,
                JitterProbability = 0.8,
                GrayProbability = 0.2,
                Blur = true,
                BlurProbability = 0.5,
                FlipProbability = 0.5,
                Interpolation = "bicubic",
                Normalize = "none",
            },
            new ViewOptions());
    }

    [Fact]
    public void What_is_out_of_range_is_refused_also_in_a_copy()
    {
        var options = new ViewOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Size = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AreaMin = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AreaMax = 1.01 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Strength = 2.6 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Strength = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { JitterProbability = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { GrayProbability = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Interpolation = "nearest" });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Normalize = "cifar" });
    }

    [Fact]
    public void The_smallest_area_cannot_be_above_the_largest()
    {
        var error = Assert.Throws<ArgumentException>(() => new ViewOptions { AreaMin = 0.5, AreaMax = 0.4 }.Validate());
        Assert.Contains("area_min is 0.5 and area_max is 0.4", error.Message, StringComparison.Ordinal);
    }
}
