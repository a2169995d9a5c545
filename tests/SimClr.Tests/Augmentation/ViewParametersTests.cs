using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class ViewParametersTests
{
    private const int Draws = 20_000;
    private static readonly ViewOptions Paper = new();

    [Fact]
    public void Every_transform_is_as_frequent_as_in_the_paper()
    {
        ViewParameters[] draws = Many(Paper);
        RandomResizedCropTests.AssertShare(0.5, draws.Count(d => d.Flip), Draws);
        RandomResizedCropTests.AssertShare(0.8, draws.Count(d => d.Jitter), Draws);
        RandomResizedCropTests.AssertShare(0.2, draws.Count(d => d.Gray), Draws);
        RandomResizedCropTests.AssertShare(0.5, draws.Count(d => d.BlurSigma > 0), Draws);
    }

    [Theory]
    [InlineData(0.5, 0.6, 1.4, 0.1)]
    [InlineData(1.0, 0.2, 1.8, 0.2)]
    [InlineData(2.0, 0.0, 2.6, 0.4)] // never below 0
    [InlineData(2.5, 0.0, 3.0, 0.5)]
    public void Factors_and_hue_are_uniform_in_the_range_of_the_strength(
        double strength, double low, double high, double turn)
    {
        ViewParameters[] draws = Many(Paper with { Strength = strength });
        RandomResizedCropTests.AssertUniform([.. draws.Select(d => (double)d.Brightness)], low, high);
        RandomResizedCropTests.AssertUniform([.. draws.Select(d => (double)d.Contrast)], low, high);
        RandomResizedCropTests.AssertUniform([.. draws.Select(d => (double)d.Saturation)], low, high);
        RandomResizedCropTests.AssertUniform([.. draws.Select(d => (double)d.Hue)], -turn, turn);
    }

    [Fact]
    public void Each_range_of_the_colors_can_be_set_and_leaves_all_other_draws()
    {
        ViewParameters[] all = Many(Paper);
        ViewParameters[] own = Many(Paper with { Brightness = 0.3, Contrast = 0, Saturation = 1.5, Hue = 0.5 });
        RandomResizedCropTests.AssertUniform([.. own.Select(d => (double)d.Brightness)], 0.7, 1.3);
        Assert.All(own, d => Assert.Equal(1, d.Contrast));
        RandomResizedCropTests.AssertUniform([.. own.Select(d => (double)d.Saturation)], 0, 2.5);
        RandomResizedCropTests.AssertUniform([.. own.Select(d => (double)d.Hue)], -0.5, 0.5);
        Assert.Equal(
            all,
            own.Zip(all, (o, a) => o with
            {
                Brightness = a.Brightness,
                Contrast = a.Contrast,
                Saturation = a.Saturation,
                Hue = a.Hue,
            }));
        Assert.Equal(all, Many(Paper with { Brightness = 0.8, Contrast = 0.8, Saturation = 0.8, Hue = 0.2 }));
    }

    [Fact]
    public void The_range_of_sigma_can_be_set()
        => RandomResizedCropTests.AssertUniform(
            [.. Many(Paper with { BlurProbability = 1, BlurSigmaMin = 1, BlurSigmaMax = 5 })
                .Select(d => (double)d.BlurSigma)],
            1,
            5);

    [Fact]
    public void Draws_stay_the_same_across_versions_so_that_older_runs_resume()
        => Assert.Equal(
            new ViewParameters(
                new Box(61, 37, 410, 504), Flip: false, Jitter: true, JitterOrder: 54, Brightness: 1.0796672f,
                Contrast: 1.6765604f, Saturation: 1.2499545f, Hue: 0.113817f, Gray: false, BlurSigma: 0),
            ViewParameters.Draw(Paper, 640, 480, seed: 7, epoch: 3, sample: 11, view: 1));

    [Fact]
    public void Blur_is_uniform_from_a_tenth_to_two_pixels()
        => RandomResizedCropTests.AssertUniform(
            [.. Many(Paper with { BlurProbability = 1 }).Select(d => (double)d.BlurSigma)], 0.1, 2);

    [Fact]
    public void Each_of_the_24_orders_of_the_color_operations_is_as_frequent()
    {
        string[] orders = [.. Many(Paper).Select(d => string.Concat(Enumerable.Range(0, 4).Select(d.JitterAt)))];
        var counts = orders.CountBy(order => order).ToDictionary();
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Keys, order => Assert.Equal("0123", string.Concat(order.Order())));
        Assert.All(counts.Values, count => RandomResizedCropTests.AssertShare(1 / 24.0, count, Draws));
    }

    [Fact]
    public void The_same_key_draws_the_same()
        => Assert.Equal(Many(Paper), Many(Paper));

    [Theory]
    [InlineData("view")]
    [InlineData("epoch")]
    [InlineData("sample")]
    [InlineData("seed")]
    public void Draws_that_differ_in_one_part_of_the_key_are_independent(string part)
    {
        double[][] first = Columns(Many(Paper));
        double[][] second = Columns(Many(
            Paper,
            seed: part == "seed" ? 4 : 3,
            epoch: part == "epoch" ? 1 : 0,
            sample: part == "sample" ? 1 : 0,
            view: part == "view" ? 1 : 0));
        foreach (double[] a in first)
        {
            foreach (double[] b in second)
            {
                Assert.InRange(Correlation(a, b), -4.5 / Math.Sqrt(Draws), 4.5 / Math.Sqrt(Draws));
            }
        }
    }

    [Fact]
    public void The_draws_of_one_view_are_independent_of_each_other()
    {
        // The last three are excluded: top, left, and area of a box depend on each other.
        double[][] columns = Columns(Many(Paper));
        for (int i = 0; i < columns.Length - 3; i++)
        {
            for (int j = i + 1; j < columns.Length; j++)
            {
                Assert.InRange(Correlation(columns[i], columns[j]), -4.5 / Math.Sqrt(Draws), 4.5 / Math.Sqrt(Draws));
            }
        }
    }

    [Fact]
    public void No_two_keys_give_the_same_view()
    {
        var seen = new HashSet<ViewParameters>();
        foreach (int key in Enumerable.Range(0, 4096))
        {
            Assert.True(
                seen.Add(ViewParameters.Draw(Paper, 300, 200, key & 7, (key >> 3) & 7, (key >> 6) & 31, key >> 11)));
        }
    }

    [Fact]
    public void Switching_one_transform_off_leaves_the_draws_of_the_others()
    {
        ViewParameters[] all = Many(Paper);
        Assert.Equal(all.Select(d => d with { Flip = false }), Many(Paper with { FlipProbability = 0 }));
        Assert.Equal(all.Select(d => d with { Jitter = false }), Many(Paper with { JitterProbability = 0 }));
        Assert.Equal(all.Select(d => d with { Gray = false }), Many(Paper with { GrayProbability = 0 }));
        Assert.Equal(all.Select(d => d with { BlurSigma = 0 }), Many(Paper with { Blur = false }));
        Assert.Equal(all.Select(d => d with { BlurSigma = 0 }), Many(Paper with { BlurProbability = 0 }));
        Assert.Equal(
            all.Select(d => d with { Jitter = false, Gray = false, BlurSigma = 0 }), Many(Paper.CropAndFlip()));
        Assert.Equal(
            all.Select(d => d with { Crop = default }),
            Many(Paper with { AreaMin = 1 }).Select(d => d with { Crop = default }));
    }

    private static ViewParameters[] Many(
        ViewOptions options, long seed = 3, int epoch = 0, int sample = 0, int view = 0)
        => [.. Enumerable.Range(sample, Draws)
            .Select(s => ViewParameters.Draw(options, 2000, 2000, seed, epoch, s, view))];

    private static double[][] Columns(ViewParameters[] draws)
    {
        var columns = new Func<ViewParameters, double>[]
        {
            d => d.Flip ? 1 : 0,
            d => d.Jitter ? 1 : 0,
            d => d.JitterAt(0),
            d => d.Brightness,
            d => d.Contrast,
            d => d.Saturation,
            d => d.Hue,
            d => d.Gray ? 1 : 0,
            d => d.BlurSigma,
            d => d.Crop.Top,
            d => d.Crop.Left,
            d => (double)d.Crop.Height * d.Crop.Width,
        };
        return [.. columns.Select(column => draws.Select(column).ToArray())];
    }

    private static double Correlation(double[] a, double[] b)
    {
        (double meanA, double meanB) = (a.Average(), b.Average());
        double Sum(Func<int, double> term) => Enumerable.Range(0, a.Length).Sum(term);
        return Sum(i => (a[i] - meanA) * (b[i] - meanB))
            / Math.Sqrt(Sum(i => Math.Pow(a[i] - meanA, 2)) * Sum(i => Math.Pow(b[i] - meanB, 2)));
    }
}
