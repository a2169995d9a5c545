namespace SimClr.Augmentation;

/// <summary>
/// Multiplies the saturation in HSV, which ends at 1, as <c>tf.image.adjust_saturation</c> does: value and hue stay, so
/// that pixels move toward, or away from, their brightest channel and not their luma.
/// </summary>
internal static class HsvSaturation
{
    /// <param name="planes">Red, green and blue planes; values outside [0, 1] are allowed.</param>
    /// <param name="factor">0 or more.</param>
    public static void Apply(Span<float> planes, float factor)
    {
        int plane = planes.Length / 3;
        Span<float> reds = planes[..plane];
        Span<float> greens = planes.Slice(plane, plane);
        Span<float> blues = planes.Slice(2 * plane, plane);
        for (int i = 0; i < plane; i++)
        {
            float value = Math.Max(reds[i], Math.Max(greens[i], blues[i]));
            float chroma = value - Math.Min(reds[i], Math.Min(greens[i], blues[i]));

            // Saturation is chroma / value; without a positive value it is 0.
            float scaled = value > 0 ? Math.Min(value, chroma * factor) : 0;
            float share = chroma > 0 ? scaled / chroma : 0;
            reds[i] = value - ((value - reds[i]) * share);
            greens[i] = value - ((value - greens[i]) * share);
            blues[i] = value - ((value - blues[i]) * share);
        }
    }
}
