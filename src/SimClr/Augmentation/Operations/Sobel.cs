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
    /// <param name="scratch">Room for (size + 2)² values.</param>
    public static void Apply(Span<float> planes, int size, Span<float> scratch)
    {
        int width = size + 2;
        for (int start = 0; start < planes.Length; start += size * size)
        {
            Span<float> plane = planes.Slice(start, size * size);
            Pad(plane, size, scratch);
            for (int y = 0; y < size; y++)
            {
                ReadOnlySpan<float> above = scratch.Slice(y * width, width);
                ReadOnlySpan<float> row = scratch.Slice((y + 1) * width, width);
                ReadOnlySpan<float> below = scratch.Slice((y + 2) * width, width);
                for (int x = 0; x < size; x++)
                {
                    float across = above[x + 2] - above[x] + (2 * (row[x + 2] - row[x])) + below[x + 2] - below[x];
                    float down = below[x] - above[x] + (2 * (below[x + 1] - above[x + 1]))
                        + below[x + 2] - above[x + 2];
                    plane[(y * size) + x] = MathF.Sqrt((across * across) + (down * down));
                }
            }
        }

        Clamp.ToUnit(planes);
    }

    private static void Pad(ReadOnlySpan<float> plane, int size, Span<float> padded)
    {
        for (int y = -1; y <= size; y++)
        {
            ReadOnlySpan<float> source = plane.Slice(GaussianBlur.Reflect(y, size) * size, size);
            Span<float> target = padded.Slice((y + 1) * (size + 2), size + 2);
            source.CopyTo(target[1..]);
            target[0] = source[GaussianBlur.Reflect(-1, size)];
            target[size + 1] = source[GaussianBlur.Reflect(size, size)];
        }
    }
}
