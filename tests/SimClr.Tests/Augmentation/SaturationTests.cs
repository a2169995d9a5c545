using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class SaturationTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.7)]
    public void Saturation_equals_torchvision(double factor)
    {
        float[] planes = GoldenImage.Planes();
        Saturation.Apply(planes, (float)factor, new float[planes.Length / 3]);
        GoldenImage.AssertClose(GoldenImage.Read("saturation", factor), planes, 1e-6);
    }

    [Fact]
    public void Factor_1_changes_nothing()
    {
        float[] planes = GoldenImage.Planes();
        Saturation.Apply(planes, 1, new float[planes.Length / 3]);
        Assert.Equal(GoldenImage.Planes(), planes);
    }
}
