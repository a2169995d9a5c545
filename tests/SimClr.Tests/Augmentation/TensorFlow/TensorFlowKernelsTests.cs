using System.Text.Json;
using CsCheck;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

/// <summary>Whole views by the operations of the paper's TensorFlow listing and of the authors' code.</summary>
public sealed class TensorFlowKernelsTests
{
    private static readonly string[] Operations = ["brightness", "contrast", "saturation", "hue"];

    public static TheoryData<ViewLibrary> Libraries
        => [ViewLibrary.TensorFlow, ViewLibrary.SimClrV1, ViewLibrary.SimClrV2];

    [Fact]
    public void Views_are_those_of_an_independent_implementation()
    {
        JsonElement[] cases = [.. GoldenFile.Read("tensorflow.json").GetProperty("view").EnumerateArray()];
        Assert.Equal(9, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int size = golden.GetProperty("size").GetInt32();
            var options = new ViewOptions
            {
                Size = size,
                Library = EnumText.Parse<ViewLibrary>(golden.GetProperty("library").GetString()!),
                Interpolation = EnumText.Parse<Interpolation>(golden.GetProperty("mode").GetString()!),
            };
            float[] view = new float[3 * size * size];
            new ViewRenderer(options).Render(GoldenImage.Image, Draws(golden), view);
            double[] planes = golden.GetProperty("value").Numbers();
            GoldenImage.AssertClose(
                [.. Enumerable.Range(0, view.Length).Select(i => planes[(i % 3 * size * size) + (i / 3)])], view, 5e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Views_stay_in_range_whatever_the_image_and_the_size(ViewLibrary library)
        => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[1, 40], Gen.Int[0, 1_000_000])
            .Sample((width, height, size, seed) =>
            {
                var options = new ViewOptions { Size = size, Library = library, Strength = 2 };
                float[] view = Render(options, RandomImages.Noise(width, height, seed), seed);
                Assert.All(view, value => Assert.InRange(value, 0, 1));
            }, iter: 200);

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Bfloat16_views_are_the_rounded_ones_whatever_kernels_are_named(ViewLibrary library)
    {
        var options = new ViewOptions { Size = 32, Library = library, Normalize = Normalization.ImageNet };
        RgbImage image = RandomImages.Noise(50, 40, 1);
        ViewParameters draws = ViewParameters.Draw(options, 50, 40, 1, 2, 3, 0);
        ushort[] rounded = new ushort[3 * 32 * 32];
        new ViewRenderer(options).RenderBFloat16(image, draws, rounded);
        foreach (string kernels in ViewKernels.Names)
        {
            float[] view = new float[3 * 32 * 32];
            new ViewRenderer(options, kernels).Render(image, draws, view);
            ushort[] expected = new ushort[view.Length];
            BFloat16.Round(view, expected);
            Assert.Equal(expected, rounded);
        }
    }

    [Fact]
    public void Clipping_once_at_the_end_keeps_what_clipping_after_each_operation_loses()
    {
        // Added light leaves the range; less contrast brings it back. The image is white and gray, without color.
        var draws = new ViewParameters(
            new Box(0, 0, 4, 4), Flip: false, Jitter: true, JitterOrder: 0b11_10_01_00, Brightness: 0.5f,
            Contrast: 0.25f, Saturation: 1, Hue: 0, Gray: false, BlurSigma: 0);
        var image = new RgbImage(4, 4, [.. Enumerable.Range(0, 48).Select(i => (byte)(i < 24 ? 255 : 102))]);
        float[] once = Values(ViewLibrary.TensorFlow);
        float[] each = Values(ViewLibrary.SimClrV1);
        Assert.Equal([1, 1], once);   // 1.2 ± 0.075 after the contrast
        Assert.Equal(0.95 + (0.25 * 0.05), each[0], 1e-5);
        Assert.Equal(0.95 - (0.25 * 0.05), each[1], 1e-5);

        float[] Values(ViewLibrary library)
        {
            float[] view = new float[48];
            new ViewRenderer(new ViewOptions { Size = 4, Library = library }).Render(image, draws, view);
            return [view[0], view[47]];
        }
    }

    [Fact]
    public void The_library_changes_the_crop_the_brightness_and_the_order_and_no_other_draw()
    {
        foreach (int sample in Enumerable.Range(0, 500))
        {
            ViewParameters pytorch = Draw(ViewLibrary.PyTorch, sample);
            ViewParameters second = Draw(ViewLibrary.SimClrV2, sample);
            Assert.Equal(pytorch with { Crop = second.Crop }, second);
            ViewParameters first = Draw(ViewLibrary.SimClrV1, sample);
            Assert.Equal(second.Brightness - 1, first.Brightness, 1e-6);
            Assert.Equal(second with { Brightness = first.Brightness }, first);
            Assert.Equal(first with { JitterOrder = 0b11_10_01_00 }, Draw(ViewLibrary.TensorFlow, sample));
        }
    }

    [Fact]
    public void The_order_of_the_colors_can_be_fixed_or_random_with_every_library()
    {
        foreach (ViewLibrary library in Enum.GetValues<ViewLibrary>())
        {
            Assert.Single(Orders(ColorOrder.Fixed), 0b11_10_01_00);
            Assert.Equal(24, Orders(ColorOrder.Random).Count);

            HashSet<int> Orders(ColorOrder order) => [.. Enumerable.Range(0, 500).Select(sample =>
                ViewParameters.Draw(
                    new ViewOptions { Library = library, JitterOrder = order }, 40, 30, 1, 0, sample, 0).JitterOrder)];
        }
    }

    [Fact]
    public void Added_light_is_uniform_in_the_range_of_the_strength()
        => RandomResizedCropTests.AssertUniform(
            [.. Enumerable.Range(0, 20_000).Select(sample => (double)ViewParameters.Draw(
                new ViewOptions { Library = ViewLibrary.TensorFlow, Strength = 0.5 }, 40, 30, 1, 0, sample, 0).Brightness)],
            -0.4,
            0.4);

    [Fact]
    public void The_evaluation_transform_does_not_depend_on_the_library()
    {
        RgbImage image = RandomImages.Noise(90, 60, 4);
        Assert.Equal(Prepared(ViewLibrary.PyTorch), Prepared(ViewLibrary.TensorFlow));

        float[] Prepared(ViewLibrary library)
        {
            float[] pixels = new float[3 * 32 * 32];
            new EvaluationTransform(new ViewOptions { Size = 32, Library = library }).Render(image, pixels);
            return pixels;
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Operations_without_a_counterpart_are_the_plain_ones(ViewLibrary library)
    {
        var options = new ViewOptions
        {
            Size = 24,
            Library = library,
            JitterProbability = 1,
            BlurProbability = 1,
            Operations = [ViewOperation.Crop, ViewOperation.Color, ViewOperation.Blur],
        };
        RgbImage image = RandomImages.Noise(40, 30, 5);
        float[] view = Render(options, image, 7);
        ViewOptions turned = options with { Operations = [.. options.Operations, ViewOperation.Rotate] };
        int turns = ViewParameters.Draw(turned, 40, 30, 7, 0, 0, 0).Further.QuarterTurns;
        Assert.NotEqual(0, turns);
        float[] planes = Planes(view);
        QuarterTurn.Apply(planes, 24, turns, new float[24 * 24]);
        Assert.Equal(planes, Planes(Render(turned, image, 7)));

        static float[] Planes(float[] pixels)
            => [.. Enumerable.Range(0, 3).SelectMany(channel => pixels.Where((_, i) => i % 3 == channel))];
    }

    [Fact]
    public void A_shared_crop_and_a_crop_of_the_view_are_those_of_the_library()
    {
        // Low contrast, so that no value leaves the range between the two crops.
        var image = new RgbImage(
            40, 30, [.. RandomImages.Noise(40, 30, 5).Pixels.ToArray().Select(v => (byte)(96 + (v / 4)))]);
        var options = new ViewOptions { Size = 24, Library = ViewLibrary.SimClrV2, SharedCrop = true, Operations = [] };
        var shared = new RandomStream(7, Purpose.SharedCrop);
        Box box = DistortedBoundingBox.Draw(options, 40, 30, ref shared);
        Assert.Equal(box, ViewParameters.Draw(options, 40, 30, 7, 0, 0, 0).Crop);
        Assert.Equal(box, ViewParameters.Draw(options, 40, 30, 7, 0, 0, 1).Crop);

        // A crop of the view is resized as one of an image with the same pixels is.
        ViewOptions cropped = options with { Operations = [ViewOperation.Crop] };
        Box inner = ViewParameters.Draw(cropped, 40, 30, 7, 0, 0, 0).Further.Crop;
        var whole = new RgbImage(24, 24, [.. Render(options, image, 7).Select(v => (byte)Math.Round(255 * v))]);
        float[] expected = new float[3 * 24 * 24];
        new ViewRenderer(options).Render(
            whole, ViewParameters.Draw(options, 40, 30, 7, 0, 0, 0) with { Crop = inner }, expected);
        GoldenImage.AssertClose([.. expected.Select(v => (double)v)], Render(cropped, image, 7), 1.5 / 255);
    }

    [Fact]
    public void Keys_are_read_by_name_and_views_on_the_device_are_refused()
    {
        PretrainOptions set = RunConfiguration.Resolve(
            new PretrainOptions(), assignments: ["views.library=tensorflow", "views.jitter_order=random"]);
        Assert.Equal((ViewLibrary.TensorFlow, ColorOrder.Random), (set.Views.Library, set.Views.JitterOrder));
        Assert.Equal(set, RunConfiguration.FromJson(RunConfiguration.ToJson(set)));
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => RunConfiguration.Resolve(
            set, assignments: ["augment_on=device"]));
        Assert.Contains(
            "augment_on is device and views.library is tensorflow", refused.Message, StringComparison.Ordinal);
    }

    private static ViewParameters Draw(ViewLibrary library, int sample)
        => ViewParameters.Draw(new ViewOptions { Library = library }, 400, 300, 1, 0, sample, 0);

    private static float[] Render(ViewOptions options, RgbImage image, int seed)
    {
        float[] view = new float[3 * options.Size * options.Size];
        new ViewRenderer(options).Render(
            image, ViewParameters.Draw(options, image.Width, image.Height, seed, 0, 0, 0), view);
        return view;
    }

    private static ViewParameters Draws(JsonElement golden)
    {
        int Get(string name) => golden.GetProperty(name).GetInt32();
        float Amount(string name) => (float)golden.GetProperty(name).GetDouble();
        int[] order = [.. golden.GetProperty("order").EnumerateArray()
            .Select(name => Array.IndexOf(Operations, name.GetString()))];
        return new ViewParameters(
            new Box(Get("top"), Get("left"), Get("height"), Get("width")),
            golden.GetProperty("flip").GetBoolean(),
            Jitter: order.Length > 0,
            JitterOrder: order.Select((operation, turn) => operation << (2 * turn)).Sum(),
            Amount("brightness"),
            Amount("contrast"),
            Amount("saturation"),
            Amount("hue"),
            golden.GetProperty("gray").GetBoolean(),
            Amount("sigma"));
    }
}
