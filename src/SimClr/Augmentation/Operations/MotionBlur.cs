using System.Numerics.Tensors;

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
    /// <param name="scratch">At least <see cref="Scratch"/> floats.</param>
    public static void Apply(Span<float> planes, int size, int length, float angle, Span<float> scratch)
    {
        int area = size * size;
        int radius = length / 2;
        Span<float> source = scratch[..area];
        Span<float> padded = scratch.Slice(area, size + length + 1);
        (double sin, double cos) = Math.SinCos(angle);
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            plane.Clear();
            for (int point = -radius; point <= radius; point++)
            {
                Add(source, plane, size, radius, -point * sin, point * cos, 1f / length, padded);
            }
        }
    }

    /// <summary>Floats of scratch that <see cref="Apply"/> needs.</summary>
    public static int Scratch(int size, int length) => (size * size) + size + length + 1;

    // The offset is the same for all pixels, and so are the four weights.
    private static void Add(
        ReadOnlySpan<float> source,
        Span<float> plane,
        int size,
        int radius,
        double dy,
        double dx,
        float weight,
        Span<float> padded)
    {
        (int top, int left) = ((int)Math.Floor(dy), (int)Math.Floor(dx));
        (float below, float right) = ((float)(dy - top), (float)(dx - left));
        Span<float> between = padded.Slice(radius, size);
        for (int y = 0; y < size; y++)
        {
            TensorPrimitives.Multiply(
                source.Slice(GaussianBlur.Reflect(y + top, size) * size, size), 1 - below, between);
            TensorPrimitives.MultiplyAdd(
                source.Slice(GaussianBlur.Reflect(y + top + 1, size) * size, size), below, between, between);
            for (int x = 0; x < radius; x++)
            {
                padded[x] = between[GaussianBlur.Reflect(x - radius, size)];
            }

            for (int x = radius + size; x < padded.Length; x++)
            {
                padded[x] = between[GaussianBlur.Reflect(x - radius, size)];
            }

            Span<float> row = plane.Slice(y * size, size);
            TensorPrimitives.MultiplyAdd(padded.Slice(radius + left, size), weight * (1 - right), row, row);
            TensorPrimitives.MultiplyAdd(padded.Slice(radius + left + 1, size), weight * right, row, row);
        }
    }
}
