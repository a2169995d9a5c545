using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Tests.Augmentation;

public sealed class ResizedDataSetTests
{
    [Theory]
    [InlineData(40, 30, 16, 21, 16)]
    [InlineData(30, 40, 16, 16, 21)]
    [InlineData(32, 32, 16, 16, 16)]
    [InlineData(100, 9, 4, 44, 4)]
    [InlineData(9, 100, 4, 4, 44)]
    public void The_short_side_gets_the_size_and_the_pixels_are_those_of_one_resize(
        int width, int height, int side, int newWidth, int newHeight)
    {
        RgbImage image = RandomImages.Noise(width, height, 1);
        RgbImage resized = Resized(image, side);
        Assert.Equal((newWidth, newHeight), (resized.Width, resized.Height));
        double[] planes = SlowReference.Resize(
            image, new Box(0, 0, height, width), newHeight, newWidth, bicubic: true, antialias: true);
        int plane = newWidth * newHeight;
        for (int i = 0; i < 3 * plane; i++)
        {
            Assert.InRange(Math.Abs(resized.Pixels[i] - (255 * planes[(i % 3 * plane) + (i / 3)])), 0, 0.501);
        }
    }

    [Theory]
    [InlineData(16, 20)]
    [InlineData(20, 16)]
    [InlineData(1, 500)]
    public void Images_are_never_enlarged(int width, int height)
    {
        RgbImage image = RandomImages.Noise(width, height, 2);
        Assert.Same(image, Resized(image, 16));
    }

    [Fact]
    public void Everything_but_pixels_and_fingerprint_is_unchanged()
    {
        using var source = new InMemoryDataSet(
            [RandomImages.Noise(40, 40, 1), RandomImages.Noise(30, 20, 2)], [1, 0], ["a", "b"]);
        using var resized = new ResizedDataSet(source, 10);
        Assert.Equal(source.Labels, resized.Labels);
        Assert.Equal(source.ClassNames, resized.ClassNames);
        Assert.Equal(source.PathOf(1), resized.PathOf(1));
        Assert.NotEqual(source.Fingerprint, resized.Fingerprint);
        using var other = new ResizedDataSet(source, 11);
        Assert.NotEqual(other.Fingerprint, resized.Fingerprint);
    }

    private static RgbImage Resized(RgbImage image, int side)
    {
        using var source = new InMemoryDataSet([image]);
        using var resized = new ResizedDataSet(source, side);
        return resized.Read(0);
    }
}
