using SimClr.Augmentation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

public sealed class HorizontalFlipTests
{
    [Fact]
    public void Flip_equals_torchvision()
    {
        float[] planes = GoldenImage.Planes();
        HorizontalFlip.Apply(planes, GoldenImage.Width);
        GoldenImage.AssertClose(GoldenImage.Read("horizontal_flip").Numbers(), planes, 1e-7);
    }

    [Fact]
    public void Flipping_twice_is_flipping_not_at_all()
    {
        float[] planes = RandomImages.Planes(7, 5, 1);
        HorizontalFlip.Apply(planes, 7);
        Assert.NotEqual(RandomImages.Planes(7, 5, 1), planes);
        HorizontalFlip.Apply(planes, 7);
        Assert.Equal(RandomImages.Planes(7, 5, 1), planes);
    }
}
