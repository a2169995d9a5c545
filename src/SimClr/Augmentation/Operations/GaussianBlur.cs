using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Separable Gaussian blur, one pass along each axis, with reflected edges (as in torchvision).</summary>
internal static class GaussianBlur
{
    /// <summary>
    /// The kernel width for a share of the side (paper: 10%), made odd as in the paper's code (224 → 23); at least 3.
    /// </summary>
    public static int KernelFor(int side, double share) => (2 * Math.Max(1, (int)((side * share / 2) + 1e-9))) + 1;

    /// <param name="planes">Planes of height · width floats.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="kernel">Width of the kernel, odd.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    /// <param name="scratch">At least <see cref="Scratch"/> floats.</param>
    public static void Apply(Span<float> planes, int height, int width, int kernel, double sigma, Span<float> scratch)
    {
        Span<float> weights = stackalloc float[kernel];
        Weights(sigma, weights);
        int radius = kernel / 2;
        int plane = height * width;
        Span<float> padded = scratch.Slice(plane, width + (2 * radius));
        for (int start = 0; start < planes.Length; start += plane)
        {
            Span<float> image = planes.Slice(start, plane);
            Span<float> down = scratch[..plane];
            down.Clear();
            for (int y = 0; y < height; y++)
            {
                Span<float> target = down.Slice(y * width, width);
                for (int k = 0; k < kernel; k++)
                {
                    int row = Reflect(y + k - radius, height);
                    TensorPrimitives.MultiplyAdd(image.Slice(row * width, width), weights[k], target, target);
                }
            }

            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<float> source = down.Slice(y * width, width);
                for (int x = 0; x < padded.Length; x++)
                {
                    padded[x] = source[Reflect(x - radius, width)];
                }

                Span<float> target = image.Slice(y * width, width);
                target.Clear();
                for (int k = 0; k < kernel; k++)
                {
                    TensorPrimitives.MultiplyAdd(padded.Slice(k, width), weights[k], target, target);
                }
            }
        }
    }

    /// <summary>Floats of scratch that <see cref="Apply"/> needs.</summary>
    public static int Scratch(int height, int width, int kernel) => (height * width) + width + kernel;

    internal static void Weights(double sigma, Span<float> weights)
    {
        int radius = weights.Length / 2;
        double sum = 0;
        for (int k = -radius; k <= radius; k++)
        {
            sum += Math.Exp(-0.5 * k * k / (sigma * sigma));
        }

        for (int k = -radius; k <= radius; k++)
        {
            weights[k + radius] = (float)(Math.Exp(-0.5 * k * k / (sigma * sigma)) / sum);
        }
    }

    // … 2 1 | 0 1 2 … n−1 | n−2 n−3 …, repeated for images narrower than the kernel.
    internal static int Reflect(int i, int n)
    {
        if (n == 1)
        {
            return 0;
        }

        int period = 2 * (n - 1);
        i = ((i % period) + period) % period;
        return i < n ? i : period - i;
    }
}
