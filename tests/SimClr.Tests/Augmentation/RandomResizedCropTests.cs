using CsCheck;
using SimClr.Augmentation;
using SimClr.Internals;

namespace SimClr.Tests.Augmentation;

public sealed class RandomResizedCropTests
{
    private const int Draws = 20_000;
    private const int Side = 4000;

    [Fact]
    public void Area_is_uniform_and_aspect_log_uniform_where_every_box_fits()
    {
        // Below 3/4 of a square, boxes of every aspect fit, so none is redrawn.
        Box[] boxes = Draw(new ViewOptions { AreaMin = 0.08, AreaMax = 0.74 }, Side, Side);
        AssertUniform([.. boxes.Select(Area)], 0.08, 0.74);
        AssertUniform([.. boxes.Select(LogAspect)], Math.Log(3.0 / 4), Math.Log(4.0 / 3));
    }

    [Fact]
    public void Custom_aspect_ranges_are_log_uniform_and_bound_the_center_too()
    {
        Box[] boxes = Draw(new ViewOptions { AreaMax = 0.24, AspectMin = 0.25, AspectMax = 0.5 }, Side, Side);
        AssertUniform([.. boxes.Select(LogAspect)], Math.Log(0.25), Math.Log(0.5));
        Box[] center = Draw(new ViewOptions { AreaMin = 0.9, AspectMin = 2, AspectMax = 3 }, 600, 10);
        Assert.All(center, box => Assert.Equal(new Box(0, 285, 10, 30), box));
    }

    [Fact]
    public void With_the_papers_areas_boxes_that_do_not_fit_are_redrawn()
    {
        // A box of area a fits a square if |log aspect| ≤ −log a: always up to 3/4, then less and less often.
        double Fits(double area) => Math.Min(1, -Math.Log(area) / Math.Log(4.0 / 3));
        double[] density = [.. Enumerable.Range(0, 9200).Select(i => Fits(0.08 + ((i + 0.5) / 10_000)))];
        double total = density.Sum();
        double[] areas = [.. Draw(new ViewOptions(), Side, Side).Select(Area)];
        foreach (double limit in new[] { 0.2, 0.4, 0.6, 0.75, 0.85, 0.95 })
        {
            double expected = density.Take((int)Math.Round((limit - 0.08) * 10_000)).Sum() / total;
            AssertShare(expected, areas.Count(a => a < limit), areas.Length);
        }
    }

    [Fact]
    public void Places_are_uniform_among_those_that_fit()
    {
        Box[] boxes = Draw(new ViewOptions { AreaMin = 0.2, AreaMax = 0.5 }, Side, Side);
        AssertUniform([.. boxes.Select(b => b.Top / (double)(Side - b.Height))], 0, 1);
        AssertUniform([.. boxes.Select(b => b.Left / (double)(Side - b.Width))], 0, 1);
        Box[] small = Draw(new ViewOptions { AreaMin = 0.5, AreaMax = 0.5 }, 4, 4);
        Assert.Contains(small, b => b.Left == 0);
        Assert.Contains(small, b => b.Left + b.Width == 4);
    }

    [Fact]
    public void Boxes_lie_within_images_of_every_shape()
    {
        Gen.Select(Gen.Int[1, 600], Gen.Int[1, 600], Gen.Double[1e-4, 1], Gen.Int[0, 1000])
            .Sample((width, height, area, seed) =>
            {
                var stream = new RandomStream(seed, Purpose.View);
                Box box = RandomResizedCrop.Draw(
                    new ViewOptions { AreaMin = 1e-4, AreaMax = area }, width, height, ref stream);
                Assert.True(box.Height > 0 && box.Width > 0, $"{box}");
                Assert.True(
                    box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= height && box.Left + box.Width <= width,
                    $"{box}");
            }, iter: 2000);
    }

    [Theory]
    [InlineData(600, 10, 0, 293, 10, 13)] // wide: 4/3 as wide as high, in the middle
    [InlineData(10, 600, 293, 0, 13, 10)] // high
    [InlineData(1, 500, 249, 0, 1, 1)]
    [InlineData(500, 1, 0, 249, 1, 1)]
    public void After_ten_boxes_that_do_not_fit_the_center_is_taken(
        int width, int height, int top, int left, int boxHeight, int boxWidth)
    {
        Box[] boxes = [.. Draw(new ViewOptions { AreaMin = 0.5 }, width, height).Take(100)];
        Assert.All(boxes, box => Assert.Equal(new Box(top, left, boxHeight, boxWidth), box));
    }

    [Fact]
    public void The_center_is_not_taken_before_the_tenth_box()
    {
        // A share f of the boxes fits; the center is left with probability (1 − f)^10.
        var options = new ViewOptions { AreaMin = 0.9, AreaMax = 0.9 };
        double fits = Math.Log(1 / 0.9) / Math.Log(4.0 / 3);
        Box[] boxes = Draw(options, Side, Side);
        AssertShare(Math.Pow(1 - fits, 10), boxes.Count(b => b == new Box(0, 0, Side, Side)), boxes.Length);
    }

    internal static void AssertUniform(double[] values, double low, double high)
    {
        double slack = 0.001 * (high - low);
        Assert.All(values, v => Assert.InRange(v, low - slack, high + slack));
        for (int tenth = 1; tenth < 10; tenth++)
        {
            double limit = low + ((high - low) * tenth / 10);
            AssertShare(tenth / 10.0, values.Count(v => v < limit), values.Length);
        }
    }

    /// <summary>Within 4.5 standard deviations.</summary>
    internal static void AssertShare(double expected, int hits, int draws)
        => Assert.Equal(
            expected, hits / (double)draws, 4.5 * Math.Sqrt(Math.Max(1e-5, expected * (1 - expected)) / draws));

    private static double Area(Box box) => (double)box.Height * box.Width / Side / Side;

    private static double LogAspect(Box box) => Math.Log((double)box.Width / box.Height);

    private static Box[] Draw(ViewOptions options, int width, int height) => [.. Enumerable.Range(0, Draws).Select(i =>
    {
        var stream = new RandomStream(i, Purpose.View);
        return RandomResizedCrop.Draw(options, width, height, ref stream);
    })];
}
