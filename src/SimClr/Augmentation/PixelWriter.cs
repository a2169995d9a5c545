namespace SimClr.Augmentation;

/// <summary>Writes planes as height × width × channel, normalized if the options request it.</summary>
internal sealed class PixelWriter(Normalization normalize)
{
    private readonly float[] mean = normalize == Normalization.ImageNet ? ImageNetMean : [0, 0, 0];
    private readonly float[] scale = normalize == Normalization.ImageNet ? ImageNetScale : [1, 1, 1];

    public static float[] ImageNetMean => [0.485f, 0.456f, 0.406f];

    public static float[] ImageNetScale => [1 / 0.229f, 1 / 0.224f, 1 / 0.225f];

    /// <summary>The value subtracted from a channel.</summary>
    public float Mean(int channel) => mean[channel];

    /// <summary>The factor applied to a channel after the subtraction.</summary>
    public float Scale(int channel) => scale[channel];

    public void Write(ReadOnlySpan<float> planes, Span<float> destination)
    {
        int plane = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> source = planes.Slice(channel * plane, plane);
            float m = mean[channel];
            float s = scale[channel];
            for (int i = 0, k = channel; i < source.Length; i++, k += 3)
            {
                destination[k] = (source[i] - m) * s;
            }
        }
    }

    /// <summary>Separates pixels stored as height × width × channel into planes.</summary>
    public static void Split(ReadOnlySpan<float> pixels, Span<float> planes)
    {
        int plane = planes.Length / 3;
        for (int i = 0, k = 0; i < plane; i++, k += 3)
        {
            planes[i] = pixels[k];
            planes[plane + i] = pixels[k + 1];
            planes[(2 * plane) + i] = pixels[k + 2];
        }
    }

    /// <summary>Normalizes pixels already stored as height × width × channel, in place.</summary>
    public void Normalize(Span<float> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (pixels[i] - mean[i % 3]) * scale[i % 3];
        }
    }
}
