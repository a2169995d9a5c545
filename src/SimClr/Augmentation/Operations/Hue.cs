namespace SimClr.Augmentation;

/// <summary>Rotates the hue by a share of the hue circle, in HSV.</summary>
internal static class Hue
{
    /// <param name="planes">Red, green and blue planes in [0, 1].</param>
    /// <param name="shift">Share of the circle, −0.5 … 0.5.</param>
    public static void Apply(Span<float> planes, float shift)
    {
        int plane = planes.Length / 3;
        Span<float> reds = planes[..plane];
        Span<float> greens = planes.Slice(plane, plane);
        Span<float> blues = planes.Slice(2 * plane, plane);
        for (int i = 0; i < plane; i++)
        {
            (reds[i], greens[i], blues[i]) = Turn(reds[i], greens[i], blues[i], shift);
        }
    }

    private static (float R, float G, float B) Turn(float r, float g, float b, float shift)
    {
        float value = Math.Max(r, Math.Max(g, b));
        float chroma = value - Math.Min(r, Math.Min(g, b));
        if (chroma == 0)
        {
            return (r, g, b);
        }

        float sector = value == r ? (g - b) / chroma
            : value == g ? 2 + ((b - r) / chroma)
            : 4 + ((r - g) / chroma);
        float hue = (sector / 6) + shift;
        hue = (hue - MathF.Floor(hue)) * 6;

        // The distance of each channel from the value, along the circle.
        float Channel(float offset)
        {
            float k = (offset + hue) % 6;
            return value - (chroma * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
        }

        return (Channel(5), Channel(3), Channel(1));
    }
}
