using SimClr.Augmentation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Augmentation;

public sealed class GrayscaleTests
{
    [Fact]
    public void Grayscale_equals_torchvision()
    {
        float[] planes = GoldenImage.Planes();
        Grayscale.Apply(planes);
        GoldenImage.AssertClose(GoldenImage.Read("grayscale").Numbers(), planes, 1e-6);
    }
}
