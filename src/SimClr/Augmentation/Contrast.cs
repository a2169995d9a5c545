using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Moves pixels toward, or away from, the mean luma of the view, and clamps them.</summary>
internal static class Contrast
{
    public static void Apply(Span<float> planes, float factor, Span<float> scratch)
    {
        int plane = planes.Length / 3;
        Grayscale.Luma(planes, scratch[..plane]);
        float mean = TensorPrimitives.Sum<float>(scratch[..plane]) / plane;
        TensorPrimitives.Multiply(planes, factor, planes);
        TensorPrimitives.Add(planes, (1 - factor) * mean, planes);
        Clamp.ToUnit(planes);
    }
}
