using System.Text.Json;
using CsCheck;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

public sealed class ResamplingTests
{
    [Theory]
    [InlineData("bilinear", false)]
    [InlineData("bilinear", true)]
    [InlineData("bicubic", false)]
    [InlineData("bicubic", true)]
    public void A_resized_crop_equals_torchvision_shrinking_and_growing(string mode, bool antialias)
    {
        JsonElement[] cases = [.. GoldenImage.Read("resized_crop").EnumerateArray()
            .Where(c
                => c.GetProperty("mode").GetString() == mode && c.GetProperty("antialias").GetBoolean() == antialias)];
        Assert.Equal(3, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int size = golden.GetProperty("size").GetInt32();
            float[] planes = new float[3 * size * size];
            Resampling.Apply(
                GoldenImage.Image, BoxOf(golden), size, size, 0, 0, size, mode == "bicubic", antialias, planes);

            // The views are limited to [0, 1]; torchvision's floats overshoot at edges.
            GoldenImage.AssertClose(
                [.. golden.GetProperty("value").Numbers().Select(SlowReference.Clamp)], planes, 2e-6);
        }
    }

    [Fact]
    public void Random_boxes_equal_a_slow_loop_over_the_whole_box()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 20], Gen.Bool, Gen.Bool, Gen.Int[0, 100_000])
            .Sample((width, height, size, bicubic, antialias, seed) =>
            {
                RgbImage image = RandomImages.Noise(width, height, seed);
                Box box = AnyBox(width, height, seed);
                float[] planes = new float[3 * size * size];
                Resampling.Apply(image, box, size, size, 0, 0, size, bicubic, antialias, planes);
                GoldenImage.AssertClose(SlowReference.Resize(image, box, size, size, bicubic, antialias), planes, 3e-6);
            }, iter: 300);
    }

    [Fact]
    public void A_window_is_cut_out_of_the_whole_resized_box()
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 25], Gen.Int[1, 25], Gen.Int[0, 100_000])
            .Sample((width, height, outHeight, outWidth, seed) =>
            {
                RgbImage image = RandomImages.Noise(width, height, seed);
                int size = 1 + (seed % Math.Min(outHeight, outWidth));
                int top = seed % (outHeight - size + 1);
                int left = seed / 7 % (outWidth - size + 1);
                float[] planes = new float[3 * size * size];
                Resampling.Apply(
                    image, Whole(image), outHeight, outWidth, top, left, size, bicubic: true, antialias: true, planes);
                double[] whole = SlowReference.Resize(
                    image, Whole(image), outHeight, outWidth, bicubic: true, antialias: true);
                GoldenImage.AssertClose(Window(whole, outHeight, outWidth, top, left, size), planes, 3e-6);
            }, iter: 200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void At_its_own_size_an_image_is_unchanged(bool bicubic)
    {
        RgbImage image = RandomImages.Noise(17, 17, 4);
        foreach (bool antialias in new[] { true, false })
        {
            float[] planes = new float[3 * 17 * 17];
            Resampling.Apply(image, Whole(image), 17, 17, 0, 0, 17, bicubic, antialias, planes);
            GoldenImage.AssertClose([.. GoldenImage.PlanesOf(image).Select(v => (double)v)], planes, 1e-7);
        }
    }

    [Fact]
    public void A_plain_color_stays_that_color_at_any_scale()
    {
        foreach ((int side, int size) in new[] { (1, 9), (3, 224), (1000, 7), (31, 30) })
        {
            var image = new RgbImage(
                side, side, [.. Enumerable.Repeat<byte[]>([255, 128, 0], side * side).SelectMany(p => p)]);
            float[] planes = new float[3 * size * size];
            Resampling.Apply(image, Whole(image), size, size, 0, 0, size, bicubic: true, antialias: true, planes);
            GoldenImage.AssertClose(
                [.. new[] { 1, 128 / 255.0, 0 }.SelectMany(v => Enumerable.Repeat(v, size * size))], planes, 2e-6);
        }
    }

    internal static Box Whole(RgbImage image) => new(0, 0, image.Height, image.Width);

    internal static double[] Window(double[] planes, int height, int width, int top, int left, int size)
        => [.. Enumerable.Range(0, 3 * size * size).Select(i
            => planes[(i / (size * size) * height * width) + ((top + (i / size % size)) * width) + left + (i % size)])];

    private static Box BoxOf(JsonElement golden)
    {
        int Of(string name) => golden.GetProperty(name).GetInt32();
        return new Box(Of("top"), Of("left"), Of("height"), Of("width"));
    }

    private static Box AnyBox(int width, int height, int seed)
    {
        (int w, int h) = (1 + (seed % width), 1 + (seed / 11 % height));
        return new Box(seed / 3 % (height - h + 1), seed / 5 % (width - w + 1), h, w);
    }
}
