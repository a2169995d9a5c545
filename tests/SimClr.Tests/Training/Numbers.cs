using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>Numbers of images as they come with their views.</summary>
internal static class Numbers
{
    public static Tensor ToTensor(IEnumerable<int> images) => tensor(images.Select(image => (long)image).ToArray(), device: CPU);
}
