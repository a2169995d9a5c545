using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Moves pixels toward, or away from, their own luma, and clamps them.</summary>
internal static class Saturation
{
    public static void Apply(Span<float> planes, float factor, Span<float> scratch)
    {
        int plane = planes.Length / 3;
        Span<float> gray = scratch[..plane];
        Grayscale.Luma(planes, gray);
        TensorPrimitives.Multiply(gray, 1 - factor, gray);
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> values = planes.Slice(channel * plane, plane);
            TensorPrimitives.MultiplyAdd(values, factor, gray, values);
        }

        Clamp.ToUnit(planes);
    }
}
