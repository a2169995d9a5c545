using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Keeps pixels in [0, 1].</summary>
internal static class Clamp
{
    public static void ToUnit(Span<float> pixels) => TensorPrimitives.Clamp(pixels, 0f, 1f, pixels);
}
