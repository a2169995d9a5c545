using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Multiplies pixels by a factor and clamps them.</summary>
internal static class Brightness
{
    public static void Apply(Span<float> planes, float factor)
    {
        TensorPrimitives.Multiply(planes, factor, planes);
        Clamp.ToUnit(planes);
    }
}
