namespace SimClr.Augmentation;

/// <summary>
/// The source pixels and weights of <c>tf.image.resize</c> without antialiasing. With half-pixel centers (TensorFlow
/// 2), the cubic kernel is Keys' (a = −0.5), without weights outside the image; without (TensorFlow 1), the grids' top
/// left pixels coincide, a = −0.75, and the border pixel repeats. Positions are float32, as there.
/// </summary>
internal static class TensorFlowTaps
{
    // Cubic weights come from a table of 1024 steps between two pixels.
    private const int Steps = 1024;

    /// <summary>Computes the taps along one axis.</summary>
    /// <param name="source">Pixels along the source.</param>
    /// <param name="target">Pixels along the result.</param>
    /// <param name="bicubic">Whether interpolation is bicubic; bilinear otherwise.</param>
    /// <param name="halfPixelCenters">Whether positions are those of TensorFlow 2.</param>
    public static ResampleTaps Create(int source, int target, bool bicubic, bool halfPixelCenters)
    {
        float scale = (float)source / target;
        int reach = bicubic ? 4 : 2;
        int taps = Math.Min(reach, source);
        int[] starts = new int[target];
        float[] weights = new float[target * taps];
        Span<float> kernel = stackalloc float[reach];
        for (int i = 0; i < target; i++)
        {
            float position = halfPixelCenters ? ((i + 0.5f) * scale) - 0.5f : i * scale;
            int first = (int)MathF.Floor(position);
            float past = position - first;
            first -= (reach / 2) - 1;
            starts[i] = Math.Clamp(first, 0, source - taps);
            Fill(kernel, past, halfPixelCenters);
            bool endsAtBorder = bicubic && halfPixelCenters;
            Span<float> row = weights.AsSpan(i * taps, taps);
            for (int k = 0; k < reach; k++)
            {
                int pixel = Math.Clamp(first + k, 0, source - 1);
                row[pixel - starts[i]] += endsAtBorder && pixel != first + k ? 0 : kernel[k];
            }

            if (endsAtBorder)
            {
                Normalize(row);
            }
        }

        return ResampleTaps.From(source, taps, starts, weights);
    }

    private static void Fill(Span<float> kernel, float past, bool halfPixelCenters)
    {
        if (kernel.Length == 2)
        {
            (kernel[0], kernel[1]) = (1 - past, past);
            return;
        }

        double a = halfPixelCenters ? -0.5 : -0.75;
        double x = MathF.Round(past * Steps) / Steps;
        for (int k = 0; k < 4; k++)
        {
            kernel[k] = (float)ResampleTaps.Cubic(x + 1 - k, a);
        }
    }

    private static void Normalize(Span<float> row)
    {
        float sum = 0;
        foreach (float weight in row)
        {
            sum += weight;
        }

        for (int k = 0; k < row.Length; k++)
        {
            row[k] /= sum;
        }
    }
}
