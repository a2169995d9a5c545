using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Moves pixels toward, or away from, the mean luma of the view, and clamps them.</summary>
internal static class Contrast
{
    public static void Apply(Span<float> planes, float factor, Span<float> scratch)
    {
        int plane = planes.Length / 3;
        Grayscale.Luma(planes, scratch[..plane]);
        float mean = (float)(Sum(scratch[..plane]) / plane);
        TensorPrimitives.Multiply(planes, factor, planes);
        TensorPrimitives.Add(planes, (1 - factor) * mean, planes);
        Clamp.ToUnit(planes);
    }

    // In pieces, because a float32 sum over some fifty thousand values is too inaccurate.
    internal static double Sum(ReadOnlySpan<float> values)
    {
        const int piece = 256;
        double sum = 0;
        for (; values.Length > piece; values = values[piece..])
        {
            sum += TensorPrimitives.Sum(values[..piece]);
        }

        return sum + TensorPrimitives.Sum(values);
    }
}
