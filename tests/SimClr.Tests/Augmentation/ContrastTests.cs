using SimClr.Augmentation;

namespace SimClr.Tests.Augmentation;

public sealed class ContrastTests
{
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.6)]
    [InlineData(1.8)]
    public void Contrast_equals_torchvision(double factor)
    {
        float[] planes = GoldenImage.Planes();
        Contrast.Apply(planes, (float)factor, new float[planes.Length / 3]);
        GoldenImage.AssertClose(GoldenImage.Read("contrast", factor), planes, 2e-6);
    }

    [Fact]
    public void Factor_0_leaves_the_mean_luma_of_the_whole_view_everywhere()
    {
        const int plane = 64 * 64;
        float[] planes = RandomImages.Planes(64, 64, 1);
        double mean = Enumerable.Range(0, plane)
            .Average(i => SlowReference.Luma(planes[i], planes[plane + i], planes[(2 * plane) + i]));
        Contrast.Apply(planes, 0, new float[plane]);
        Assert.All(planes, v => Assert.Equal(mean, v, 1e-6));
    }
}
