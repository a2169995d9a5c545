using System.Text.Json;
using SimClr.Data;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

/// <summary>The image of augment.json (24 rows, 20 columns), and torchvision's results for it.</summary>
internal static class GoldenImage
{
    public const int Height = 24;
    public const int Width = 20;
    private static readonly JsonElement File = GoldenFile.Read("augment.json");

    public static RgbImage Image { get; } = new(
        Width, Height, [.. File.GetProperty("image_hwc_uint8").Numbers().Select(v => (byte)v)]);

    /// <summary>Red, green and blue planes in [0, 1].</summary>
    public static float[] Planes() => PlanesOf(Image);

    public static float[] PlanesOf(RgbImage image)
    {
        int plane = image.Width * image.Height;
        return [.. Enumerable.Range(0, 3 * plane).Select(i => image.Pixels[(3 * (i % plane)) + (i / plane)] / 255f)];
    }

    public static JsonElement Read(string operation) => File.GetProperty(operation);

    /// <summary>The result of an operation with one factor.</summary>
    public static double[] Read(string operation, double factor)
        => Read(operation).EnumerateArray().Single(c => c[0].GetDouble() == factor)[1].Numbers();

    public static void AssertClose(IReadOnlyList<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance, $"value {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}
