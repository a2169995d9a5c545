using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Tests.Augmentation;

/// <summary>The operations in double precision, written from their definitions without regard to speed.</summary>
internal static class SlowReference
{
    /// <summary>
    /// Convolves the box with the filter around each center of the result. With antialiasing, the filter widens by the
    /// factor by which the box shrinks and ends at the box; without, border pixels repeat. Clamped to [0, 1].
    /// </summary>
    public static double[] Resize(RgbImage image, Box box, int outHeight, int outWidth, bool bicubic, bool antialias)
    {
        double[,] down = Weights(box.Height, outHeight, bicubic, antialias);
        double[,] across = Weights(box.Width, outWidth, bicubic, antialias);
        double[] narrow = new double[3 * box.Height * outWidth];
        for (int i = 0; i < narrow.Length; i++)
        {
            (int channel, int row, int x) = (i / (box.Height * outWidth), i / outWidth % box.Height, i % outWidth);
            for (int column = 0; column < box.Width; column++)
            {
                int at = (3 * (((box.Top + row) * image.Width) + box.Left + column)) + channel;
                narrow[i] += across[x, column] * image.Pixels[at] / 255;
            }
        }

        double[] planes = new double[3 * outHeight * outWidth];
        for (int i = 0; i < planes.Length; i++)
        {
            (int channel, int y, int x) = (i / (outHeight * outWidth), i / outWidth % outHeight, i % outWidth);
            for (int row = 0; row < box.Height; row++)
            {
                planes[i] += down[y, row] * narrow[(((channel * box.Height) + row) * outWidth) + x];
            }
        }

        return [.. planes.Select(Clamp)];
    }

    /// <summary>
    /// Convolves with the whole two-dimensional kernel; pixels beyond an edge are mirrored at the edge pixel.
    /// </summary>
    public static double[] Blur(ReadOnlySpan<float> planes, int height, int width, int kernel, double sigma)
    {
        int radius = kernel / 2;
        double[] blurred = new double[planes.Length];
        for (int i = 0; i < blurred.Length; i++)
        {
            (int start, int y, int x) = (i / (height * width) * height * width, i / width % height, i % width);
            double total = 0;
            for (int dy = -radius; dy <= radius; dy++)
            {
                for (int dx = -radius; dx <= radius; dx++)
                {
                    double weight = Math.Exp(-((dx * dx) + (dy * dy)) / (2 * sigma * sigma));
                    total += weight;
                    blurred[i] += weight * planes[start + (Mirror(y + dy, height) * width) + Mirror(x + dx, width)];
                }
            }

            blurred[i] /= total;
        }

        return blurred;
    }

    /// <summary>Rotates the hue by the six sectors of the HSV cone, as textbooks (and torchvision) do.</summary>
    public static (double R, double G, double B) Turn(double r, double g, double b, double shift)
    {
        double value = Math.Max(r, Math.Max(g, b));
        double chroma = value - Math.Min(r, Math.Min(g, b));
        if (chroma == 0)
        {
            return (r, g, b);
        }

        double saturation = chroma / value;
        double degrees = value == r ? 60 * ((g - b) / chroma)
            : value == g ? 120 + (60 * ((b - r) / chroma))
            : 240 + (60 * ((r - g) / chroma));
        degrees = (degrees + (360 * shift) + 720) % 360;
        double fraction = (degrees / 60) - Math.Floor(degrees / 60);
        double p = value * (1 - saturation);
        double q = value * (1 - (saturation * fraction));
        double t = value * (1 - (saturation * (1 - fraction)));
        return (int)Math.Floor(degrees / 60) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    public static double Luma(double r, double g, double b) => (0.2989 * r) + (0.587 * g) + (0.114 * b);

    public static double Clamp(double value) => Math.Clamp(value, 0, 1);

    private static double[,] Weights(int source, int target, bool bicubic, bool antialias)
    {
        double scale = (double)source / target;
        double widen = antialias ? Math.Max(1, scale) : 1;
        double[,] weights = new double[target, source];
        for (int i = 0; i < target; i++)
        {
            int margin = antialias ? 0 : 4;
            double sum = 0;
            for (int j = -margin; j < source + margin; j++)
            {
                double x = (j + 0.5 - ((i + 0.5) * scale)) / widen;
                double weight = bicubic ? Keys(Math.Abs(x), antialias ? -0.5 : -0.75) : Math.Max(0, 1 - Math.Abs(x));
                weights[i, Math.Clamp(j, 0, source - 1)] += weight;
                sum += weight;
            }

            for (int j = 0; j < source; j++)
            {
                weights[i, j] /= sum;
            }
        }

        return weights;
    }

    private static double Keys(double x, double a) => x switch
    {
        < 1 => ((a + 2) * x * x * x) - ((a + 3) * x * x) + 1,
        < 2 => (a * x * x * x) - (5 * a * x * x) + (8 * a * x) - (4 * a),
        _ => 0,
    };

    private static int Mirror(int i, int length)
    {
        while (length > 1 && (i < 0 || i >= length))
        {
            i = i < 0 ? -i : (2 * (length - 1)) - i;
        }

        return length == 1 ? 0 : i;
    }
}
