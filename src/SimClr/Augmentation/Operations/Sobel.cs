namespace SimClr.Augmentation;

/// <summary>
/// Replaces each channel by the magnitude of its gradient, √(gx² + gy²), clamped to 1. The 3 × 3 kernels are Sobel's,
/// with weights 1, 2, 1, and edges are reflected (as in <c>tf.image.sobel_edges</c> and OpenCV). The paper does not
/// state how it turns the gradient into an image.
/// </summary>
internal static class Sobel
{
    /// <param name="planes">Planes of size · size values.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, Span<float> scratch)
    {
        int area = size * size;
        Span<float> source = scratch[..area];
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            for (int y = 0; y < size; y++)
            {
                ReadOnlySpan<float> above = Row(source, GaussianBlur.Reflect(y - 1, size), size);
                ReadOnlySpan<float> row = Row(source, y, size);
                ReadOnlySpan<float> below = Row(source, GaussianBlur.Reflect(y + 1, size), size);
                for (int x = 0; x < size; x++)
                {
                    int left = GaussianBlur.Reflect(x - 1, size);
                    int right = GaussianBlur.Reflect(x + 1, size);
                    float across = above[right] - above[left] + (2 * (row[right] - row[left]))
                        + below[right] - below[left];
                    float down = below[left] - above[left] + (2 * (below[x] - above[x])) + below[right] - above[right];
                    plane[(y * size) + x] = MathF.Sqrt((across * across) + (down * down));
                }
            }
        }

        Clamp.ToUnit(planes);
    }

    private static ReadOnlySpan<float> Row(ReadOnlySpan<float> plane, int y, int size) => plane.Slice(y * size, size);
}
