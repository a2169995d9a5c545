using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class BrightnessTests
{
    [Theory]
    [InlineData(0.2)]
    [InlineData(1.3)]
    [InlineData(1.8)]
    public void Brightness_equals_torchvision(double factor)
    {
        float[] planes = GoldenImage.Planes();
        Brightness.Apply(planes, (float)factor);
        GoldenImage.AssertClose(GoldenImage.Read("brightness", factor), planes, 1e-6);
    }

    [Fact]
    public void Factor_0_is_black_and_values_above_white_are_clamped()
    {
        float[] planes = [0, 0.25f, 0.5f, 1, 0.1f, 0.3f];
        Brightness.Apply(planes, 3);
        Assert.Equal([0, 0.75f, 1, 1, 0.3f, 0.9f], planes.Select(v => MathF.Round(v, 6)));
        Brightness.Apply(planes, 0);
        Assert.All(planes, v => Assert.Equal(0, v));
    }
}
