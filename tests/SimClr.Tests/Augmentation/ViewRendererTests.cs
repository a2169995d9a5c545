using CsCheck;
using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Tests.Augmentation;

public sealed class ViewRendererTests
{
    private static readonly ViewParameters Plain = new(
        new Box(0, 0, 20, 20), Flip: false, Jitter: false, JitterOrder: Order(0, 1, 2, 3), Brightness: 1.4f,
        Contrast: 0.6f, Saturation: 1.7f, Hue: 0.13f, Gray: false, BlurSigma: 0);

    [Fact]
    public void Pixels_stay_in_the_unit_interval_whatever_the_image_the_size_and_the_strength()
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[1, 40], Gen.Double[0, 2.5], Gen.Bool, Gen.Int[0, 10_000])
            .Sample((width, height, size, strength, bicubic, seed) =>
            {
                var options = new ViewOptions
                {
                    Size = size,
                    Strength = strength,
                    Interpolation = bicubic ? Interpolation.Bicubic : Interpolation.Bilinear,
                };
                RgbImage image = RandomImages.Noise(width, height, seed);
                foreach (int view in new[] { 0, 1 })
                {
                    float[] pixels = Render(
                        options, image, ViewParameters.Draw(options, width, height, seed, 0, 0, view));
                    Assert.All(pixels, v => Assert.InRange(v, 0, 1));
                }
            }, iter: 500);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(500, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(5000, 2)]
    public void Degenerate_images_give_finite_views_of_every_size(int width, int height)
    {
        RgbImage image = RandomImages.Noise(width, height, 1);
        foreach (int size in new[] { 1, 2, 32, 224 })
        {
            var options = new ViewOptions { Size = size, BlurProbability = 1, JitterProbability = 1 };
            foreach (int sample in Enumerable.Range(0, 4))
            {
                float[] pixels = Render(options, image, ViewParameters.Draw(options, width, height, 1, 0, sample, 0));
                Assert.All(pixels, v => Assert.InRange(v, 0, 1));
            }
        }
    }

    [Fact]
    public void The_transforms_come_in_the_order_of_the_paper()
    {
        // Crop, flip, colors, grayscale, blur: recomputed step by step in double precision.
        RgbImage image = RandomImages.Noise(31, 27, 5);
        ViewParameters draws = Plain with
        {
            Crop = new Box(3, 4, 22, 19),
            Flip = true,
            Jitter = true,
            JitterOrder = Order(2, 0, 3, 1),
            Gray = true,
            BlurSigma = 1.3f,
        };
        double[] planes = SlowReference.Resize(image, draws.Crop, 20, 20, bicubic: true, antialias: true);
        planes = [.. planes.Chunk(20).SelectMany(row => row.Reverse())];
        planes = Saturated(planes, draws.Saturation);
        planes = [.. planes.Select(v => SlowReference.Clamp(v * draws.Brightness))];
        planes = Turned(planes, draws.Hue);
        double mean = Gray(planes).Average();
        planes = [.. planes.Select(v => SlowReference.Clamp((v * draws.Contrast) + (mean * (1 - draws.Contrast))))];
        double[] gray = Gray(planes);
        planes = SlowReference.Blur(
            [.. gray.Concat(gray).Concat(gray).Select(v => (float)v)], 20, 20, 3, draws.BlurSigma);
        GoldenImage.AssertClose(Interleaved(planes), Render(new ViewOptions { Size = 20 }, image, draws), 1e-5);
    }

    [Fact]
    public void Each_order_of_the_color_operations_is_followed_and_clamped_after_each()
    {
        RgbImage image = RandomImages.Noise(20, 20, 6);
        double[] start = [.. GoldenImage.PlanesOf(image).Select(v => (double)v)];
        int[][] orders = [.. from a in Four
            from b in Four
            from c in Four
            from d in Four
            where new[] { a, b, c, d }.Distinct().Count() == 4
            select new[] { a, b, c, d }];
        Assert.Equal(24, orders.Length);
        ViewParameters draws = Plain with { Jitter = true, Brightness = 1.8f, Contrast = 1.6f, Saturation = 1.8f };
        foreach (int[] order in orders)
        {
            double[] planes = start;
            foreach (int operation in order)
            {
                double mean = Gray(planes).Average();
                planes = operation switch
                {
                    0 => [.. planes.Select(v => SlowReference.Clamp(v * draws.Brightness))],
                    1 => [.. planes.Select(
                        v => SlowReference.Clamp((v * draws.Contrast) + (mean * (1 - draws.Contrast))))],
                    2 => Saturated(planes, draws.Saturation),
                    _ => Turned(planes, draws.Hue),
                };
            }

            float[] pixels = Render(new ViewOptions { Size = 20 }, image, draws with { JitterOrder = Order(order) });
            GoldenImage.AssertClose(Interleaved(planes), pixels, 1e-5);
        }
    }

    [Fact]
    public void Without_any_draw_a_view_of_the_images_own_size_is_the_image()
    {
        RgbImage image = RandomImages.Noise(20, 20, 7);
        GoldenImage.AssertClose(
            [.. image.Pixels.ToArray().Select(v => v / 255.0)],
            Render(new ViewOptions { Size = 20 }, image, Plain),
            1e-7);
    }

    [Fact]
    public void Gray_images_stay_gray_under_jitter()
    {
        RgbImage image = RandomImages.Gray(30, 30, 8);
        var options = new ViewOptions { Size = 16, Strength = 2, JitterProbability = 1, GrayProbability = 0 };
        foreach (int sample in Enumerable.Range(0, 50))
        {
            float[] pixels = Render(options, image, ViewParameters.Draw(options, 30, 30, 1, 0, sample, 0));
            Assert.All(pixels.Chunk(3), p => Assert.True(Math.Abs(p[0] - p[1]) < 1e-6 && Math.Abs(p[0] - p[2]) < 1e-6));
        }
    }

    [Fact]
    public void The_kernel_of_the_blur_follows_the_size_of_the_view()
    {
        // A single white pixel in a view of 224 spreads over 23 pixels, in one of 32 over 3.
        foreach ((int size, int reach) in new[] { (224, 11), (32, 1) })
        {
            byte[] bytes = new byte[3 * size * size];
            bytes.AsSpan(3 * ((size / 2 * size) + (size / 2)), 3).Fill(255);
            float[] pixels = Render(
                new ViewOptions { Size = size },
                new RgbImage(size, size, bytes),
                Plain with { Crop = new Box(0, 0, size, size), BlurSigma = 2 });
            int[] columns = [.. Enumerable.Range(0, size).Where(x => pixels[3 * ((size / 2 * size) + x)] > 0)];
            Assert.Equal(((size / 2) - reach, (size / 2) + reach), (columns[0], columns[^1]));
        }
    }

    [Fact]
    public void Normalized_views_are_the_same_views_less_the_mean_divided_by_the_deviation()
    {
        var options = new ViewOptions { Size = 16 };
        RgbImage image = RandomImages.Noise(30, 30, 9);
        ViewParameters draws = ViewParameters.Draw(options, 30, 30, 1, 0, 0, 0);
        float[] plain = Render(options, image, draws);
        double[] mean = [0.485, 0.456, 0.406];
        double[] deviation = [0.229, 0.224, 0.225];
        GoldenImage.AssertClose(
            [.. plain.Select((v, i) => (v - mean[i % 3]) / deviation[i % 3])],
            Render(options with { Normalize = Normalization.ImageNet }, image, draws), 2e-6);
    }

    [Fact]
    public void One_renderer_may_serve_several_threads_and_sizes_may_alternate_on_one()
    {
        var small = new ViewOptions { Size = 9 };
        var large = new ViewOptions { Size = 40 };
        RgbImage image = RandomImages.Noise(50, 50, 10);
        float[] View(ViewOptions options, int sample)
            => Render(options, image, ViewParameters.Draw(options, 50, 50, 1, 0, sample, 0));
        float[][] before = [.. Enumerable.Range(0, 64).Select(i => View(i % 2 == 0 ? small : large, i))];
        float[][] after = new float[64][];
        Parallel.For(0, 64, i => after[i] = View(i % 2 == 0 ? small : large, i));
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_destination_of_another_length_is_refused_with_both_lengths()
    {
        var renderer = new ViewRenderer(new ViewOptions { Size = 4 });
        var error = Assert.Throws<ArgumentException>(
            () => renderer.Render(RandomImages.Noise(4, 4, 1), Plain, new float[47]));
        Assert.Contains("got room for 47 floats, expected 4 × 4 × 3", error.Message, StringComparison.Ordinal);
    }

    private static readonly int[] Four = [0, 1, 2, 3];

    private static int Order(params int[] order) => order.Select((operation, turn) => operation << (2 * turn)).Sum();

    private static float[] Render(ViewOptions options, RgbImage image, ViewParameters draws)
    {
        float[] pixels = new float[3 * options.Size * options.Size];
        new ViewRenderer(options).Render(image, draws, pixels);
        return pixels;
    }

    private static double[] Gray(double[] planes)
    {
        int plane = planes.Length / 3;
        return [.. Enumerable.Range(0, plane)
            .Select(i => SlowReference.Luma(planes[i], planes[plane + i], planes[(2 * plane) + i]))];
    }

    private static double[] Saturated(double[] planes, double factor)
    {
        double[] gray = Gray(planes);
        return [.. planes.Select((v, i) => SlowReference.Clamp((v * factor) + (gray[i % gray.Length] * (1 - factor))))];
    }

    private static double[] Turned(double[] planes, double shift)
    {
        int plane = planes.Length / 3;
        var colors = Enumerable.Range(0, plane)
            .Select(i => SlowReference.Turn(planes[i], planes[plane + i], planes[(2 * plane) + i], shift))
            .ToArray();
        return [.. colors.Select(c => c.R), .. colors.Select(c => c.G), .. colors.Select(c => c.B)];
    }

    private static double[] Interleaved(double[] planes)
    {
        int plane = planes.Length / 3;
        return [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * plane) + (i / 3)])];
    }
}
