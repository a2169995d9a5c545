namespace SimClr.Augmentation;

/// <summary>
/// Replaces each pixel by the mean of the points on a line through it, one pixel apart: the blur of a straight, steady
/// motion. Between pixels, values are bilinear; edges are reflected.
/// </summary>
internal static class MotionBlur
{
    /// <param name="planes">Planes of size · size values.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="length">Points of the line, odd.</param>
    /// <param name="angle">Direction in radians, counterclockwise from the horizontal.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, int length, float angle, Span<float> scratch)
    {
        int area = size * size;
        Span<float> source = scratch[..area];
        (double sin, double cos) = Math.SinCos(angle);
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            plane.Clear();
            for (int point = -(length / 2); point <= length / 2; point++)
            {
                Add(source, plane, size, -point * sin, point * cos, 1f / length);
            }
        }
    }

    // The offset is the same for all pixels, and so are the four weights.
    private static void Add(ReadOnlySpan<float> source, Span<float> plane, int size, double dy, double dx, float weight)
    {
        (int top, int left) = ((int)Math.Floor(dy), (int)Math.Floor(dx));
        (float fy, float fx) = ((float)(dy - top), (float)(dx - left));
        for (int y = 0; y < size; y++)
        {
            ReadOnlySpan<float> upper = source.Slice(GaussianBlur.Reflect(y + top, size) * size, size);
            ReadOnlySpan<float> lower = source.Slice(GaussianBlur.Reflect(y + top + 1, size) * size, size);
            Span<float> row = plane.Slice(y * size, size);
            for (int x = 0; x < size; x++)
            {
                int first = GaussianBlur.Reflect(x + left, size);
                int second = GaussianBlur.Reflect(x + left + 1, size);
                float above = upper[first] + (fx * (upper[second] - upper[first]));
                float below = lower[first] + (fx * (lower[second] - lower[first]));
                row[x] += weight * (above + (fy * (below - above)));
            }
        }
    }
}
