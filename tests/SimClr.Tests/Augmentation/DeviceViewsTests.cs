using SimClr.Augmentation;
using SimClr.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Augmentation;

public sealed class DeviceViewsTests
{
    public static TheoryData<ViewOptions> Options =>
    [
        new ViewOptions { Size = 32, Strength = 0.5, Blur = false },
        new ViewOptions { Size = 40, JitterProbability = 1, BlurProbability = 1 },
        new ViewOptions { Size = 24, Interpolation = Interpolation.Bilinear, Normalize = Normalization.ImageNet },
        new ViewOptions { Size = 17, Strength = 2.5, JitterProbability = 1, GrayProbability = 0.5 },
        new ViewOptions { Size = 1 },
        new ViewOptions { Size = 2, BlurProbability = 1 },
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void Each_view_is_that_of_the_renderer(ViewOptions options)
    {
        // Some of the same size, some not, and degenerate ones.
        (int Width, int Height)[] sizes =
        [
            (48, 36), (48, 36), (1, 1), (48, 36), (60, 1), (31, 70), (50, 50), (3, 2), (200, 90), (5, 300), (33, 33),
            (48, 36),
        ];
        RgbImage[] images = [.. sizes.Select((size, i) => RandomImages.Noise(size.Width, size.Height, i))];
        ViewParameters[] draws = [.. from view in Enumerable.Range(0, 2)
                                     from i in Enumerable.Range(0, images.Length)
                                     select ViewParameters.Draw(
                                         options, images[i].Width, images[i].Height, 3, 1, i, view)];
        float[] got = Rendered(options, images, draws);

        int floats = 3 * options.Size * options.Size;
        var renderer = new ViewRenderer(options);
        float[] expected = new float[floats];
        for (int i = 0; i < draws.Length; i++)
        {
            renderer.Render(images[i % images.Length], draws[i], expected);
            GoldenImage.AssertClose(
                [.. expected.Select(v => (double)v)],
                got.AsSpan(i * floats, floats),
                1e-5 * (options.Normalize == Normalization.None ? 1 : 5));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gray_black_and_white_images_have_no_hue_and_stay_finite(bool gray)
    {
        RgbImage[] images =
        [
            RandomImages.Gray(20, 20, 1),
            new(20, 20, new byte[1200]),
            new(20, 20, [.. Enumerable.Repeat((byte)255, 1200)]),
        ];
        var options = new ViewOptions { Size = 16, JitterProbability = 1, GrayProbability = gray ? 1 : 0 };
        ViewParameters[] draws = [.. images.Select((_, i) => ViewParameters.Draw(options, 20, 20, 1, 0, i, 0))];
        Assert.All(Rendered(options, images, draws).Chunk(3), p => Assert.True(
            p[0] is >= 0 and <= 1 && Math.Abs(p[0] - p[1]) < 1e-6 && Math.Abs(p[0] - p[2]) < 1e-6));
    }

    [Fact]
    public void The_result_is_channels_last_in_the_requested_precision_and_no_other_tensor_is_left()
    {
        RgbImage[] images = [RandomImages.Noise(30, 30, 1), RandomImages.Noise(31, 30, 2)];
        var options = new ViewOptions { Size = 20, BlurProbability = 1 };
        ViewParameters[] draws = [.. images.Select(
            (image, i) => ViewParameters.Draw(options, image.Width, 30, 1, 0, i, 0))];
        using var views = new DeviceViews(options, 1, TestDevice.Name, ScalarType.BFloat16);
        for (int batch = 0; batch < 3; batch++)
        {
            views.Render(images, draws).Dispose();   // each allocates a send buffer, which is reused
        }

        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Tensor made = views.Render(images, draws))
        {
            Assert.Equal([2, 3, 20, 20], made.shape);
            Assert.Equal([1200, 1, 60, 3], made.stride());
            Assert.Equal(ScalarType.BFloat16, made.dtype);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_batch_is_sent_in_two_copies_for_every_set_of_transforms()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 12).Select(i => RandomImages.Noise(30 + (i % 5), 30, i))];
        var options = new ViewOptions
        {
            Size = 20,
            JitterProbability = 1,
            GrayProbability = 0.5,
            BlurProbability = 0.5,
            Normalize = Normalization.ImageNet,
        };
        using var views = new DeviceViews(options, 1, TestDevice.Name, ScalarType.Float32);
        for (int batch = 1; batch <= 5; batch++)
        {
            ViewParameters[] draws =
            [
                .. from view in Enumerable.Range(0, 2)
                   from i in Enumerable.Range(0, images.Length)
                   select ViewParameters.Draw(options, images[i].Width, 30, 1, batch, i, view),
            ];
            views.Render(images, draws).Dispose();
            Assert.Equal(2 * batch, views.Copies);
        }
    }

    private static float[] Rendered(ViewOptions options, RgbImage[] images, ViewParameters[] draws)
    {
        using var views = new DeviceViews(options, 3, TestDevice.Name, ScalarType.Float32);
        using Tensor made = views.Render(images, draws);
        using Tensor rows = made.permute(0, 2, 3, 1).contiguous();
        return rows.cpu().data<float>().ToArray();
    }
}
