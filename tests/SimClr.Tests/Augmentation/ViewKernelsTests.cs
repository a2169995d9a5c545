using System.Text.Json;
using CsCheck;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

/// <summary>Each of the fast kernels, compared with the plain ones and with torchvision.</summary>
public sealed class ViewKernelsTests
{
    private const double Rounding = 1.0 / 255;

    // Resizing differs by a rounding or two from the order of its sums; three successive factors of up to 1.8 amplify
    // that six times.
    private const double Close = 5e-6;

    private static readonly int[] Four = [0, 1, 2, 3];

    public static TheoryData<string> All => [.. ViewKernels.Names];

    public static TheoryData<string> Fast => [.. ViewKernels.Names.Where(name => name != "plain")];

    [Theory]
    [MemberData(nameof(Fast))]
    public void Views_equal_the_plain_ones_whatever_the_image_the_size_and_the_options(string kernels)
    {
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 70], Gen.Double[0, 1], Gen.Int[0, 1_000_000])
            .Sample((width, height, size, strength, seed) =>
            {
                var options = new ViewOptions
                {
                    Size = size,
                    Strength = strength,
                    AreaMin = 1e-4,
                    Interpolation = seed % 2 == 0 ? Interpolation.Bicubic : Interpolation.Bilinear,
                    Normalize = seed % 3 == 0 ? Normalization.ImageNet : Normalization.None,
                };
                AssertPlain(
                    kernels, options, RandomImages.Noise(width, height, seed), seed, seed % 3 == 0 ? 5 * Close : Close);
            }, iter: 400);
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Views_equal_the_plain_ones_at_extreme_shapes_and_sizes(string kernels)
    {
        (int, int)[] shapes = [(1, 1), (1, 500), (500, 1), (2, 3), (3, 2), (5000, 2), (7, 1100), (640, 480)];
        foreach ((int width, int height) in shapes)
        {
            RgbImage image = RandomImages.Noise(width, height, width + height);
            foreach (int size in new[] { 1, 2, 3, 15, 16, 17, 32, 224 })
            {
                AssertPlain(
                    kernels,
                    new ViewOptions { Size = size, BlurProbability = 1, JitterProbability = 1 },
                    image,
                    size,
                    Close);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Every_order_of_the_colors_with_and_without_flip_gray_and_blur_equals_the_plain_one(string kernels)
    {
        RgbImage image = RandomImages.Noise(30, 26, 3);
        int[][] orders = [.. from a in Four
            from b in Four
            from c in Four
            from d in Four
            where new[] { a, b, c, d }.Distinct().Count() == 4
            select new[] { a, b, c, d }];
        Assert.Equal(24, orders.Length);
        foreach (int[] order in orders)
        {
            for (int rest = 0; rest < 16; rest++)
            {
                var draws = new ViewParameters(
                    new Box(1, 2, 24, 27), (rest & 1) != 0, (rest & 2) != 0,
                    order.Select((o, turn) => o << (2 * turn)).Sum(), 1.7f, 1.5f, 1.6f, -0.17f, (rest & 4) != 0,
                    (rest & 8) != 0 ? 1.1f : 0);
                AssertClose(Render("plain", 21, image, draws), Render(kernels, 21, image, draws), Close);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Even_images_keep_their_color_under_contrast(string kernels)
    {
        // On a constant image contrast changes nothing: a sum of fifty thousand lumas must not drift.
        RgbImage image = new(8, 8, [.. Enumerable.Repeat((byte)77, 8 * 8 * 3)]);
        var draws = new ViewParameters(new Box(0, 0, 8, 8), false, true, 0b11_10_00_01, 1, 0.2f, 1, 0, false, 0);
        float luma = 77 / 255f * (0.2989f + 0.587f + 0.114f);
        float expected = (77 / 255f * 0.2f) + (luma * 0.8f);
        Assert.All(Render(kernels, 224, image, draws), value => Assert.Equal(expected, value, 1e-6f));
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void All_widths_give_the_same_bits(string kernels)
    {
        Gen.Select(Gen.Int[1, 80], Gen.Int[1, 80], Gen.Int[1, 60], Gen.Int[0, 1_000_000])
            .Sample((width, height, size, seed) =>
            {
                var options = new ViewOptions { Size = size };
                RgbImage image = RandomImages.Noise(width, height, seed);
                ViewParameters draws = ViewParameters.Draw(options, width, height, seed, 0, 0, 0);
                Assert.Equal(Render("portable", size, image, draws), Render(kernels, size, image, draws));
            }, iter: 300);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Values_in_bfloat16_are_the_rounded_floats(string kernels)
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 50], Gen.Bool, Gen.Int[0, 1_000_000])
            .Sample((side, size, normalize, seed) =>
            {
                var options = new ViewOptions
                {
                    Size = size,
                    Normalize = normalize ? Normalization.ImageNet : Normalization.None,
                };
                RgbImage image = RandomImages.Noise(side, side, seed);
                ViewParameters draws = ViewParameters.Draw(options, side, side, seed, 0, 0, 0);
                var renderer = new ViewRenderer(options, kernels);
                float[] floats = new float[3 * size * size];
                ushort[] halves = new ushort[floats.Length];
                renderer.Render(image, draws, floats);
                renderer.RenderBFloat16(image, draws, halves);
                ushort[] rounded = new ushort[floats.Length];
                BFloat16.Round(floats, rounded);
                Assert.Equal(rounded, halves);
            }, iter: 100);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Resized_crops_equal_torchvision(string kernels)
    {
        JsonElement[] cases = [.. GoldenImage.Read("resized_crop")
            .EnumerateArray()
            .Where(c => c.GetProperty("antialias").GetBoolean())];
        Assert.Equal(6, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int Get(string name) => golden.GetProperty(name).GetInt32();
            var options = new ViewOptions
            {
                Size = Get("size"),
                Interpolation = EnumText.Parse<Interpolation>(golden.GetProperty("mode").GetString()!),
            };
            var draws = new ViewParameters(
                new Box(Get("top"), Get("left"), Get("height"), Get("width")), false, false, 0, 1, 1, 1, 0, false, 0);
            double[] expected = [.. golden.GetProperty("value").Numbers().Select(SlowReference.Clamp)];
            AssertClose(
                Interleaved(expected, options.Size * options.Size),
                Render(kernels, options, GoldenImage.Image, draws),
                Rounding);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Colors_and_flip_equal_torchvision(string kernels)
    {
        // One operation at a time, with the others disabled.
        ViewParameters none = new(default, false, true, 0b11_10_01_00, 1, 1, 1, 0, false, 0);
        foreach ((string operation, Func<float, ViewParameters> with) in new (string, Func<float, ViewParameters>)[]
        {
            ("brightness", f => none with { Brightness = f }),
            ("saturation", f => none with { Saturation = f }),
            ("hue", f => none with { Hue = f }),
        })
        {
            foreach (JsonElement golden in GoldenImage.Read(operation).EnumerateArray())
            {
                AssertGolden(kernels, golden[1].Numbers(), with((float)golden[0].GetDouble()));
            }
        }

        AssertGolden(kernels, GoldenImage.Read("grayscale").Numbers(), none with { Gray = true });
        AssertGolden(kernels, GoldenImage.Read("horizontal_flip").Numbers(), none with { Flip = true });
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Contrast_equals_torchvision(string kernels)
    {
        JsonElement[] cases = [.. GoldenImage.Read("contrast").EnumerateArray()];
        Assert.Equal(3, cases.Length);
        foreach (JsonElement golden in cases)
        {
            // Each pixel of the image thirty times in a square: the mean stays the same.
            const int side = 120;
            int[] order = [.. Enumerable.Range(0, side * side)
                .Select(i => i % (GoldenImage.Width * GoldenImage.Height))];
            RgbImage square = new(
                side, side, [.. order.SelectMany(i => GoldenImage.Image.Pixels[(3 * i)..((3 * i) + 3)].ToArray())]);
            var draws = new ViewParameters(
                new Box(0, 0, side, side), false, true, 0b11_10_01_00, 1, (float)golden[0].GetDouble(), 1, 0, false, 0);
            double[] planes = golden[1].Numbers();
            int plane = GoldenImage.Width * GoldenImage.Height;
            double[] expected = [.. order.SelectMany(
                i => new[] { planes[i], planes[plane + i], planes[(2 * plane) + i] })];
            AssertClose(expected, Render(kernels, new ViewOptions { Size = side }, square, draws), Rounding);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Blur_equals_torchvision(string kernels)
    {
        // A view of 20 pixels has a kernel of 3. In the square that is cut out of the image, the row at the cut does
        // not count.
        double[] golden =
            GoldenImage.Read("gaussian_blur").EnumerateArray().Single(c => c[0].GetInt32() == 3)[2].Numbers();
        double[] pixels = Interleaved(golden, GoldenImage.Width * GoldenImage.Height);
        const int row = 3 * GoldenImage.Width;
        const int side = GoldenImage.Width;
        var draws = new ViewParameters(new Box(0, 0, side, side), false, false, 0, 1, 1, 1, 0, false, 0.5f);
        AssertClose(pixels[..(19 * row)], Render(kernels, side, GoldenImage.Image, draws)[..(19 * row)], Rounding);
        draws = draws with { Crop = new Box(4, 0, side, side) };
        AssertClose(pixels[(5 * row)..], Render(kernels, side, GoldenImage.Image, draws)[row..], Rounding);
    }

    [Fact]
    public void The_fastest_supported_kernels_are_chosen_and_unsupported_ones_refused()
    {
        Assert.IsType(
            ViewKernels.Create(new ViewOptions(), ViewKernels.Names[^1]).GetType(),
            ViewKernels.Create(new ViewOptions()));
        Assert.IsType<PlainKernels>(ViewKernels.Create(new ViewOptions(), "plain"));
        var error = Assert.Throws<NotSupportedException>(() => ViewKernels.Create(new ViewOptions(), "sse"));
        Assert.Contains(
            "kernels 'sse' are not supported by this processor; expected one of plain, portable",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_crop_beyond_the_image_is_refused(string kernels)
    {
        RgbImage image = RandomImages.Noise(10, 8, 1);
        foreach (Box box in new Box[]
        {
            new(0, 0, 9, 10), new(0, 0, 8, 11), new(-1, 0, 2, 2), new(0, -1, 2, 2), new(7, 9, 2, 1), new(0, 0, 0, 4),
            new(0, int.MaxValue, 1, 1),
        })
        {
            var draws = new ViewParameters(box, false, false, 0, 1, 1, 1, 0, false, 0);
            Assert.Throws<ArgumentException>(() => Render(kernels, 4, image, draws));
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void After_warm_up_nothing_is_allocated(string kernels)
    {
        var options = new ViewOptions { Size = 24 };
        var renderer = new ViewRenderer(options, kernels);
        RgbImage[] images = [RandomImages.Noise(40, 50, 1), RandomImages.Noise(700, 600, 2)];
        float[] pixels = new float[3 * 24 * 24];
        void Epoch()
        {
            for (int sample = 0; sample < 40; sample++)
            {
                RgbImage image = images[sample % 2];
                renderer.Render(
                    image, ViewParameters.Draw(options, image.Width, image.Height, 1, 0, sample, 0), pixels);
            }
        }

        Epoch();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Epoch();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertPlain(string kernels, ViewOptions options, RgbImage image, int seed, double tolerance)
    {
        foreach (int view in new[] { 0, 1, 2 })
        {
            ViewParameters draws = ViewParameters.Draw(options, image.Width, image.Height, seed, 0, 0, view);
            AssertClose(Render("plain", options, image, draws), Render(kernels, options, image, draws), tolerance);
        }
    }

    /// <summary>The upper square of the golden image, then the lower one.</summary>
    private static void AssertGolden(string kernels, double[] planes, ViewParameters draws)
    {
        const int side = GoldenImage.Width;
        double[] pixels = Interleaved(planes, GoldenImage.Width * GoldenImage.Height);
        foreach (int top in new[] { 0, GoldenImage.Height - side })
        {
            float[] view = Render(kernels, side, GoldenImage.Image, draws with { Crop = new Box(top, 0, side, side) });
            AssertClose(pixels[(3 * side * top)..(3 * side * (top + side))], view, Rounding);
        }
    }

    private static float[] Render(string kernels, int size, RgbImage image, ViewParameters draws)
        => Render(kernels, new ViewOptions { Size = size }, image, draws);

    private static float[] Render(string kernels, ViewOptions options, RgbImage image, ViewParameters draws)
    {
        float[] pixels = new float[3 * options.Size * options.Size];
        new ViewRenderer(options, kernels).Render(image, draws, pixels);
        return pixels;
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
        => AssertClose([.. expected.Select(v => (double)v)], actual, tolerance);

    private static void AssertClose(double[] expected, float[] actual, double tolerance)
        => GoldenImage.AssertClose(expected, actual, tolerance);

    private static double[] Interleaved(double[] planes, int plane)
        => [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * plane) + (i / 3)])];

    [Fact]
    public void The_environment_forces_kernels_by_name()
    {
        Assert.Equal(ViewKernels.Names[^1], ViewKernels.Resolve(null));
        Assert.Equal("portable", ViewKernels.Resolve("portable"));
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => ViewKernels.Resolve("mmx"));
        Assert.Contains(
            "SIMCLR_KERNELS: got 'mmx', expected auto or one of plain, portable",
            error.Message,
            StringComparison.Ordinal);
    }
}
