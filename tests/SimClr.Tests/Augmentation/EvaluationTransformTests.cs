using CsCheck;
using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Tests.Augmentation;

public sealed class EvaluationTransformTests
{
    [Theory]
    [InlineData(28)]
    [InlineData(32)]
    public void A_small_square_image_of_its_own_size_is_passed_unchanged(int size)
    {
        RgbImage image = RandomImages.Noise(size, size, 1);
        GoldenImage.AssertClose(
            [.. image.Pixels.ToArray().Select(v => v / 255.0)], Render(new ViewOptions { Size = size }, image), 1e-7);
    }

    [Theory]
    [InlineData(224, 256)]
    [InlineData(96, 110)]
    [InlineData(64, 73)]
    [InlineData(33, 38)]
    [InlineData(32, 32)] // small views: the whole short side
    [InlineData(7, 7)]
    public void The_short_side_is_resized_to_8_7_of_the_view_and_the_center_cropped(int size, int side)
    {
        foreach ((int width, int height) in new[] { (100, 100), (120, 90), (40, 61), (300, 299) })
        {
            RgbImage image = RandomImages.Noise(width, height, size);
            foreach (bool bicubic in new[] { true, false })
            {
                var options = new ViewOptions
                {
                    Size = size,
                    Interpolation = bicubic ? Interpolation.Bicubic : Interpolation.Bilinear,
                };
                GoldenImage.AssertClose(Reference(image, size, side, bicubic), Render(options, image), 3e-6);
            }
        }
    }

    [Fact]
    public void All_kernels_give_the_same_image()
    {
        foreach (string kernels in ViewKernels.Names)
        {
            Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[1, 60], Gen.Bool, Gen.Int[0, 1_000_000])
                .Sample((width, height, size, normalize, seed) =>
                {
                    var options = new ViewOptions
                    {
                        Size = size,
                        Normalize = normalize ? Normalization.ImageNet : Normalization.None,
                    };
                    RgbImage image = RandomImages.Noise(width, height, seed);
                    float[] pixels = new float[3 * size * size];
                    new EvaluationTransform(options, kernels).Render(image, pixels);
                    float[] plain = new float[pixels.Length];
                    new EvaluationTransform(options, "plain").Render(image, plain);
                    GoldenImage.AssertClose([.. plain.Select(v => (double)v)], pixels, normalize ? 1e-5 : 2e-6);
                }, iter: 100);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(500, 1)]
    [InlineData(2, 3)]
    public void Degenerate_images_give_values_in_the_unit_interval(int width, int height)
    {
        var image = new RgbImage(width, height, [.. Enumerable.Repeat((byte)51, 3 * width * height)]);
        foreach (int size in new[] { 1, 32, 224 })
        {
            Assert.All(Render(new ViewOptions { Size = size }, image), v => Assert.Equal(0.2, v, 1e-5));
        }
    }

    [Fact]
    public void An_image_whose_resized_long_side_exceeds_32_bits_still_gives_its_center()
    {
        const int width = 10_000_000;
        byte[] pixels = new byte[3 * width];
        pixels.AsSpan(3 * width / 2).Fill(255);
        float[] view = Render(new ViewOptions { Size = 224 }, new RgbImage(width, 1, pixels));
        Assert.InRange(view[0], 0, 0.05);
        Assert.InRange(view[^1], 0.95, 1);
    }

    [Fact]
    public void Values_stay_in_the_unit_interval()
    {
        Gen.Select(Gen.Int[1, 80], Gen.Int[1, 80], Gen.Int[1, 70], Gen.Int[0, 1000])
            .Sample((width, height, size, seed) =>
                Assert.All(
                    Render(new ViewOptions { Size = size }, RandomImages.Noise(width, height, seed)),
                    v => Assert.InRange(v, 0, 1)),
                iter: 300);
    }

    [Fact]
    public void It_normalizes_as_views_are_normalized()
    {
        RgbImage image = RandomImages.Noise(40, 40, 3);
        double[] mean = [0.485, 0.456, 0.406];
        double[] deviation = [0.229, 0.224, 0.225];
        GoldenImage.AssertClose(
            [.. Render(new ViewOptions { Size = 16 }, image).Select((v, i) => (v - mean[i % 3]) / deviation[i % 3])],
            Render(new ViewOptions { Size = 16, Normalize = Normalization.ImageNet }, image), 2e-6);
    }

    [Fact]
    public void A_destination_of_another_length_is_refused_with_both_lengths()
    {
        var transform = new EvaluationTransform(new ViewOptions { Size = 4 });
        var error = Assert.Throws<ArgumentException>(
            () => transform.Render(RandomImages.Noise(4, 4, 1), new float[49]));
        Assert.Contains("got room for 49 floats, expected 4 × 4 × 3", error.Message, StringComparison.Ordinal);
    }

    private static float[] Render(ViewOptions options, RgbImage image)
    {
        float[] pixels = new float[3 * options.Size * options.Size];
        new EvaluationTransform(options).Render(image, pixels);
        return pixels;
    }

    /// <summary>torchvision's Resize(side) and CenterCrop(size).</summary>
    private static double[] Reference(RgbImage image, int size, int side, bool bicubic)
    {
        int shortest = Math.Min(image.Width, image.Height);
        (int height, int width) = (side * image.Height / shortest, side * image.Width / shortest);
        double[] whole = SlowReference.Resize(
            image, ResamplingTests.Whole(image), height, width, bicubic, antialias: true);
        (int top, int left) = ((int)Math.Round((height - size) / 2.0), (int)Math.Round((width - size) / 2.0));
        double[] planes = ResamplingTests.Window(whole, height, width, top, left, size);
        int plane = size * size;
        return [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * plane) + (i / 3)])];
    }
}
