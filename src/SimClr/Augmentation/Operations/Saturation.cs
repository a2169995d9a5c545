using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Moves each pixel toward, or away from, its own luma, and clamps it.</summary>
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
