using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>
/// Moves pixels toward, or away from, the mean of their own channel, as <c>tf.image.adjust_contrast</c> does.
/// </summary>
internal static class ChannelContrast
{
    public static void Apply(Span<float> planes, float factor)
    {
        int plane = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> values = planes.Slice(channel * plane, plane);
            float mean = (float)(Contrast.Sum(values) / plane);
            TensorPrimitives.Multiply(values, factor, values);
            TensorPrimitives.Add(values, (1 - factor) * mean, values);
        }
    }
}
