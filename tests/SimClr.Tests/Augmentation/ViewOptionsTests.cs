using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Internals;

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
                AspectMin = 0.75,
                AspectMax = 4.0 / 3,
                Strength = 1,
                Brightness = null,
                Contrast = null,
                Saturation = null,
                Hue = null,
                JitterProbability = 0.8,
                GrayProbability = 0.2,
                Blur = true,
                BlurProbability = 0.5,
                BlurSigmaMin = 0.1,
                BlurSigmaMax = 2,
                BlurKernel = 0.1,
                FlipProbability = 0.5,
                Interpolation = Interpolation.Bicubic,
                Normalize = Normalization.None,
                Library = ViewLibrary.PyTorch,
                JitterOrder = null,
            },
            new ViewOptions());
    }

    [Fact]
    public void Values_out_of_range_are_refused_also_in_a_copy()
    {
        var options = new ViewOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Size = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AreaMin = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AreaMax = 1.01 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Strength = 2.6 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Strength = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { JitterProbability = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { GrayProbability = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AspectMin = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { AspectMax = double.PositiveInfinity });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Brightness = 2.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Contrast = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Saturation = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Hue = 0.51 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { BlurSigmaMin = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { BlurSigmaMax = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { BlurKernel = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => options with { Interpolation = EnumText.Parse<Interpolation>("nearest") });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => options with { Normalize = EnumText.Parse<Normalization>("cifar") });
    }

    [Fact]
    public void The_min_of_a_range_cannot_exceed_the_max()
    {
        void Refused(ViewOptions options, string expected)
            => Assert.Contains(
                expected, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);

        Refused(new ViewOptions { AreaMin = 0.5, AreaMax = 0.4 }, "views.area_min is 0.5 and views.area_max is 0.4");
        Refused(new ViewOptions { AspectMin = 1.5 }, "views.aspect_min is 1.5");
        Refused(new ViewOptions { BlurSigmaMin = 3 }, "views.blur_sigma_min is 3 and views.blur_sigma_max is 2");
        Refused(
            new ViewOptions { AreaMin = 0.01, AreaMax = 0.05, Library = ViewLibrary.SimClrV1 },
            "views.area_max is 0.05 and views.library is simclrv1, whose crops cover at least 0.1 of the image");
    }

    [Fact]
    public void Options_of_a_file_without_the_library_are_those_of_pytorch()
    {
        JsonObject json = JsonSerializer.SerializeToNode(new ViewOptions(), Json.Compact)!.AsObject();
        Assert.True(json.Remove("library") && json.Remove("jitter_order"));
        Assert.Equal(new ViewOptions(), json.Deserialize<ViewOptions>(Json.Compact));
    }
}
