using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>The numbers of images, as views carry them.</summary>
internal static class Numbers
{
    public static Tensor ToTensor(IEnumerable<int> images)
        => tensor(images.Select(image => (long)image).ToArray(), device: CPU);
}
