using CsCheck;
using SimClr.Augmentation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

public sealed class GaussianBlurTests
{
    [Theory]
    [InlineData(3, 0.5)]
    [InlineData(5, 1.0)]
    [InlineData(9, 2.0)]
    public void Blur_equals_torchvision(int kernel, double sigma)
    {
        double[] expected = GoldenImage.Read("gaussian_blur").EnumerateArray()
            .Single(c => c[0].GetInt32() == kernel && c[1].GetDouble() == sigma)[2].Numbers();
        float[] planes = GoldenImage.Planes();
        Blur(planes, GoldenImage.Height, GoldenImage.Width, kernel, sigma);
        GoldenImage.AssertClose(expected, planes, 1e-6);
    }

    [Fact]
    public void Blur_equals_a_slow_loop_over_the_whole_kernel_even_if_wider_than_the_image()
    {
        Gen.Select(Gen.Int[1, 14], Gen.Int[1, 14], Gen.Int[1, 7], Gen.Double[0.1, 4], Gen.Int[0, 1000])
            .Sample((height, width, radius, sigma, seed) =>
            {
                float[] planes = RandomImages.Planes(width, height, seed);
                double[] expected = SlowReference.Blur(planes, height, width, (2 * radius) + 1, sigma);
                Blur(planes, height, width, (2 * radius) + 1, sigma);
                GoldenImage.AssertClose(expected, planes, 2e-6);
            }, iter: 200);
    }

    [Theory]
    [InlineData(224, 23)]
    [InlineData(96, 9)]
    [InlineData(64, 7)]
    [InlineData(32, 3)]
    [InlineData(28, 3)]
    [InlineData(1, 3)]
    public void The_kernel_is_a_tenth_of_the_side_and_odd(int side, int kernel)
        => Assert.Equal(kernel, GaussianBlur.KernelFor(side, 0.1));

    [Fact]
    public void The_kernel_of_a_tenth_is_the_papers_codes_for_every_side_and_other_shares_scale_it()
    {
        Assert.All(
            Enumerable.Range(1, 5000),
            side => Assert.Equal((2 * Math.Max(1, side / 10 / 2)) + 1, GaussianBlur.KernelFor(side, 0.1)));
        Assert.Equal(45, GaussianBlur.KernelFor(224, 0.2));
        Assert.Equal(61, GaussianBlur.KernelFor(200, 0.3));
        Assert.Equal(101, GaussianBlur.KernelFor(100, 1));
    }

    [Fact]
    public void Sigma_is_the_standard_deviation_of_a_blurred_point()
    {
        const int side = 101;
        float[] planes = new float[side * side];
        planes[(50 * side) + 50] = 1;
        Blur(planes, side, side, 41, 3);
        double total = planes.Sum(v => (double)v);
        double variance = planes.Select((v, i) => (double)v * Math.Pow((i % side) - 50, 2)).Sum() / total;
        Assert.Equal(1, total, 1e-5);
        Assert.Equal(3, Math.Sqrt(variance), 1e-4);
    }

    private static void Blur(float[] planes, int height, int width, int kernel, double sigma)
        => GaussianBlur.Apply(
            planes, height, width, kernel, sigma, new float[GaussianBlur.Scratch(height, width, kernel)]);
}
