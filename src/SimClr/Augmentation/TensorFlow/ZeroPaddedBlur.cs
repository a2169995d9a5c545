using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>
/// Separable Gaussian blur as a convolution padded with zeros, as in the authors' code: views darken toward their
/// edges.
/// </summary>
internal static class ZeroPaddedBlur
{
    /// <param name="planes">Square planes.</param>
    /// <param name="size">Side of a plane.</param>
    /// <param name="kernel">Width of the kernel, odd.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, int kernel, double sigma, Span<float> scratch)
    {
        Span<float> weights = stackalloc float[kernel];
        GaussianBlur.Weights(sigma, weights);
        int radius = kernel / 2;
        Span<float> down = scratch[..(size * size)];
        for (int start = 0; start < planes.Length; start += size * size)
        {
            Span<float> plane = planes.Slice(start, size * size);
            down.Clear();
            for (int k = -radius; k <= radius; k++)
            {
                // Row y takes row y + k; both ends stay within the plane.
                int rows = size - Math.Abs(k);
                if (rows > 0)
                {
                    Span<float> target = down.Slice(Math.Max(0, -k) * size, rows * size);
                    TensorPrimitives.MultiplyAdd(
                        plane.Slice(Math.Max(0, k) * size, rows * size), weights[k + radius], target, target);
                }
            }

            plane.Clear();
            for (int y = 0; y < size; y++)
            {
                Span<float> source = down.Slice(y * size, size);
                Span<float> row = plane.Slice(y * size, size);
                for (int k = -radius; k <= radius; k++)
                {
                    int columns = size - Math.Abs(k);
                    if (columns > 0)
                    {
                        Span<float> target = row.Slice(Math.Max(0, -k), columns);
                        TensorPrimitives.MultiplyAdd(
                            source.Slice(Math.Max(0, k), columns), weights[k + radius], target, target);
                    }
                }
            }
        }
    }
}
