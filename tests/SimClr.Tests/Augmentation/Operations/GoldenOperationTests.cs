using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

/// <summary>
/// The further operations, compared with an independent implementation (Golden/makers/make_views.py).
/// </summary>
public sealed class GoldenOperationTests
{
    private const int Side = 11;
    private const double Rounding = 1e-6;
    private const double Byte = 1.0 / 255;

    private static readonly JsonElement File = GoldenFile.Read("views.json");
    private static readonly byte[] Image = [.. File.GetProperty("planes").Numbers().Select(value => (byte)value)];

    public static TheoryData<string, int> Steps =>
    [
        .. File.GetProperty("steps").EnumerateArray().Select(
            step => new TheoryDataRow<string, int>(step[0].GetString()!, int.Parse(step[1].GetString()!))),
    ];

    [Fact]
    public void Sobel_is_the_magnitude_of_the_gradient()
    {
        float[] planes = Planes();
        Sobel.Apply(planes, Side, new float[(Side + 2) * (Side + 2)]);
        GoldenImage.AssertClose(File.GetProperty("sobel").Numbers(), planes, Rounding);
    }

    [Fact]
    public void Motion_blur_is_the_mean_on_a_line()
    {
        JsonElement[] cases = [.. File.GetProperty("motion_blur").EnumerateArray()];
        Assert.Equal(4, cases.Length);
        foreach (JsonElement golden in cases)
        {
            (int length, float angle) = (golden[0].GetInt32(), (float)golden[1].GetDouble());
            float[] planes = Planes();
            MotionBlur.Apply(planes, Side, length, angle, new float[MotionBlur.Scratch(Side, length)]);
            GoldenImage.AssertClose(golden[2].Numbers(), planes, Rounding);
        }
    }

    [Fact]
    public void A_crop_of_a_view_is_resized_as_PIL_does()
    {
        JsonElement[] cases = [.. File.GetProperty("crop").EnumerateArray()];
        Assert.Equal(3, cases.Length);
        foreach (JsonElement golden in cases)
        {
            int[] box = [.. golden[0].Numbers().Select(value => (int)value)];
            float[] planes = Planes();
            Resampling.Apply(
                planes, Side, new Box(box[0], box[1], box[2], box[3]), bicubic: true, new float[Side * Side]);
            GoldenImage.AssertClose(golden[1].Numbers(), planes, Rounding);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quarter_turns_are_counterclockwise(int turns)
    {
        float[] planes = Planes();
        QuarterTurn.Apply(planes, Side, turns, new float[Side * Side]);
        AssertBytes(File.GetProperty("rotate")[turns], planes, 0);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Each_step_of_a_policy_equals_torchvision_on_bytes(string operation, int level)
    {
        JsonElement golden = File.GetProperty("steps").EnumerateArray().Single(
            step => step[0].GetString() == operation && int.Parse(step[1].GetString()!) == level)[2];
        float[] planes = Planes();
        var step = new PolicyStep(Enum.Parse<PolicyOperation>(operation), 1, Math.Abs(level));
        AutoAugment.Apply(planes, Side, step, level < 0, new float[Side * Side]);
        AssertBytes(golden, planes, 0);
    }

    [Fact]
    public void Every_operation_of_a_policy_has_golden_values()
        => Assert.Equal(
            Enum.GetNames<PolicyOperation>().Order(),
            File.GetProperty("steps").EnumerateArray().Select(step => step[0].GetString()!).Append("Equalize")
                .Distinct().Order());

    [Fact]
    public void Equalization_of_a_view_equals_that_on_its_bytes()
    {
        // Values between bytes are rounded.
        JsonElement golden = File.GetProperty("equalize");
        float[] planes = [.. golden[0].Numbers().Select(value => (float)(value + (value % 2 == 0 ? 0.4 : -0.4)) / 255)];
        float[] bytes = [.. golden[0].Numbers().Select(value => (float)(value / 255))];
        Equalize.Apply(planes);
        AssertBytes(golden[1], planes, 0);
        AutoAugment.Apply(
            bytes, 32, new PolicyStep(PolicyOperation.Equalize, 1), isNegative: false, new float[32 * 32]);
        AssertBytes(golden[1], bytes, 0);
        Assert.NotEqual(golden[0].Numbers(), golden[1].Numbers());
    }

    [Fact]
    public void Solarization_inverts_from_the_threshold()
    {
        float[] values = [0, 0.2f, 0.49999f, 0.5f, 0.7f, 1];
        Solarize.Apply(values, 0.5f);
        Assert.Equal([0, 0.2f, 0.49999f, 0.5f, 1 - 0.7f, 0], values);
    }

    [Fact]
    public void Cutout_covers_the_part_of_a_square_within_the_view()
    {
        Assert.Equal(new Box(2, 3, 4, 4), Cutout.Square(8, 0.5, 4, 5));
        Assert.Equal(new Box(0, 5, 2, 3), Cutout.Square(8, 0.5, 0, 7));
        float[] planes = Planes();
        var box = new Box(0, 7, 3, 4);
        Cutout.Apply(planes, Side, box);
        for (int i = 0; i < planes.Length; i++)
        {
            (int y, int x) = (i / Side % Side, i % Side);
            Assert.Equal(y < 3 && x >= 7 ? 0.5f : Image[i] / 255f, planes[i]);
        }
    }

    [Fact]
    public void Noise_is_normal_and_independent_for_each_value()
    {
        const int count = 90_000;
        const float sigma = 0.1f;
        float[] values = [.. Enumerable.Repeat(0.5f, count)];
        GaussianNoise.Apply(values, sigma, 3);
        double[] noise = [.. values.Select(value => (value - 0.5) / sigma)];
        Assert.Equal(0, noise.Average(), 0.02);
        Assert.Equal(1, noise.Average(z => z * z), 0.03);
        Assert.Equal(0.6827, noise.Count(z => Math.Abs(z) < 1) / (double)count, 0.01);
        Assert.Equal(0.0455, noise.Count(z => Math.Abs(z) > 2) / (double)count, 0.005);
        foreach (int lag in new[] { 1, 2, 3, count / 3 })
        {
            Assert.Equal(0, noise.Skip(lag).Zip(noise, (a, b) => a * b).Average(), 0.02);
        }

        float[] again = [.. Enumerable.Repeat(0.5f, count)];
        GaussianNoise.Apply(again, sigma, 3);
        Assert.Equal(values, again);
        GaussianNoise.Apply(again, 5, 4);
        Assert.All(again, value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void One_pixel_is_a_view_for_every_operation()
    {
        foreach (ViewOperation operation in Enum.GetValues<ViewOperation>())
        {
            var options = new ViewOptions { Size = 1, Operations = [operation], SharedCrop = true };
            float[] view = new float[3];
            RgbImage image = RandomImages.Noise(5, 4, 1);
            for (int sample = 0; sample < 20; sample++)
            {
                new ViewRenderer(options).Render(image, ViewParameters.Draw(options, 5, 4, 1, 0, sample, 0), view);
                Assert.All(view, value => Assert.InRange(value, 0, 1));
            }
        }
    }

    private static float[] Planes() => [.. Image.Select(value => Bytes.ToUnit(value))];

    private static void AssertBytes(JsonElement golden, float[] planes, double tolerance)
        => GoldenImage.AssertClose([.. golden.Numbers().Select(value => value * Byte)], planes, tolerance + Rounding);
}
