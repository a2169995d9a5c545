using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

/// <summary>TensorFlow's operations one by one, by values of an independent implementation.</summary>
public sealed class TensorFlowOperationsTests
{
    private const double Close = 2e-6;

    private static readonly JsonElement Golden = GoldenFile.Read("tensorflow.json");

    [Fact]
    public void Contrast_is_about_the_mean_of_each_channel() => Each("contrast", ChannelContrast.Apply);

    [Fact]
    public void Contrast_keeps_the_mean_of_each_channel_where_nothing_is_clipped()
    {
        float[] planes = Wide();
        ChannelContrast.Apply(planes, 0.3f);
        foreach ((float[] before, float[] after) in Wide().Chunk(480).Zip(planes.Chunk(480)))
        {
            Assert.Equal(before.Average(), after.Average(), 1e-5);
        }
    }

    [Fact]
    public void Saturation_is_scaled_in_hsv_and_ends_at_one() => Each("saturation", HsvSaturation.Apply);

    [Fact]
    public void Saturation_leaves_the_brightest_channel_of_a_pixel_and_a_factor_of_one_leaves_all()
    {
        float[] planes = GoldenImage.Planes();
        HsvSaturation.Apply(planes, 2.5f);
        GoldenImage.AssertClose([.. Brightest(GoldenImage.Planes())], [.. Brightest(planes).Select(v => (float)v)], 0);
        planes = GoldenImage.Planes();
        HsvSaturation.Apply(planes, 1);
        GoldenImage.AssertClose([.. GoldenImage.Planes().Select(v => (double)v)], planes, Close);
    }

    [Fact]
    public void Hue_is_turned_outside_the_unit_range_too() => Each("hue", Hue.Apply);

    [Fact]
    public void Blur_is_padded_with_zeros()
    {
        foreach (JsonElement golden in Golden.GetProperty("blur").EnumerateArray())
        {
            float[] planes = [.. GoldenImage.Planes().Chunk(480).SelectMany(plane => plane.Take(400))];
            ZeroPaddedBlur.Apply(planes, 20, golden[0].GetInt32(), golden[1].GetDouble(), new float[400]);
            GoldenImage.AssertClose(golden[2].Numbers(), planes, Close);
        }
    }

    [Fact]
    public void Blur_of_white_is_white_inside_and_darker_at_the_edges()
    {
        float[] planes = [.. Enumerable.Repeat(1f, 3 * 31 * 31)];
        ZeroPaddedBlur.Apply(planes, 31, 5, 1, new float[31 * 31]);
        Assert.Equal(1, planes[(15 * 31) + 15], 1e-6);
        Assert.InRange(planes[15], 0.6, 0.8);
        Assert.Equal(planes[15] * planes[15], planes[0], 1e-6);
    }

    [Fact]
    public void Resizing_is_not_antialiased_and_aligns_centers_or_the_top_left_pixels()
    {
        JsonElement[] cases = [.. Golden.GetProperty("resize").EnumerateArray()];
        Assert.Equal(16, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int Get(string name) => golden.GetProperty(name).GetInt32();
            (int size, int height, int width) = (Get("size"), Get("height"), Get("width"));
            float[] planes = new float[3 * size * size];
            Resampling.Apply(
                GoldenImage.Image, new Box(Get("top"), Get("left"), height, width), Taps(width), Taps(height), size,
                planes);
            GoldenImage.AssertClose(golden.GetProperty("value").Numbers(), planes, Close);

            ResampleTaps Taps(int source) => TensorFlowTaps.Create(
                source,
                size,
                golden.GetProperty("mode").GetString() == "bicubic",
                golden.GetProperty("half_pixel_centers").GetBoolean());
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Resizing_to_the_same_size_changes_nothing(bool bicubic, bool halfPixelCenters)
    {
        float[] planes = new float[3 * 20 * 20];
        ResampleTaps taps = TensorFlowTaps.Create(20, 20, bicubic, halfPixelCenters);
        Resampling.Apply(GoldenImage.Image, new Box(0, 0, 20, 20), taps, taps, 20, planes);
        float[] expected = [.. GoldenImage.Planes().Chunk(480).SelectMany(plane => plane.Take(400))];
        GoldenImage.AssertClose([.. expected.Select(v => (double)v)], planes, Close);
    }

    private static void Each(string operation, Action<Span<float>, float> apply)
    {
        JsonElement[] cases = [.. Golden.GetProperty(operation).EnumerateArray()];
        Assert.NotEmpty(cases);
        foreach (JsonElement golden in cases)
        {
            float[] planes = Wide();
            apply(planes, (float)golden[0].GetDouble());
            GoldenImage.AssertClose(golden[1].Numbers(), planes, Close);
        }
    }

    /// <summary>The golden image stretched beyond [0, 1], as additive brightness leaves it.</summary>
    private static float[] Wide() => [.. Golden.GetProperty("wide").Numbers().Select(v => (float)v)];

    private static IEnumerable<double> Brightest(float[] planes)
        => Enumerable.Range(0, planes.Length / 3)
            .Select(i => (double)new[] { planes[i], planes[i + 480], planes[i + 960] }.Max());
}
