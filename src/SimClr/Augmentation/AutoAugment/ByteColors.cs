namespace SimClr.Augmentation;

/// <summary>
/// The color operations of AutoAugment on bytes, as torchvision defines them for 8-bit tensors: sums are clamped to
/// 0 … 255 and their fractions dropped. Planes hold whole multiples of 1/255.
/// </summary>
internal static class ByteColors
{
    public static void Brightness(Span<float> planes, double factor)
    {
        foreach (ref float value in planes)
        {
            value = Blend(Bytes.FromUnit(value), 0, factor);
        }
    }

    public static void Saturation(Span<float> planes, double factor)
    {
        int area = planes.Length / 3;
        for (int i = 0; i < area; i++)
        {
            int luma = Luma(planes, i, area);
            for (int k = i; k < planes.Length; k += area)
            {
                planes[k] = Blend(Bytes.FromUnit(planes[k]), luma, factor);
            }
        }
    }

    public static void Contrast(Span<float> planes, double factor)
    {
        int area = planes.Length / 3;
        long sum = 0;
        for (int i = 0; i < area; i++)
        {
            sum += Luma(planes, i, area);
        }

        double mean = (double)sum / area;
        foreach (ref float value in planes)
        {
            value = Blend(Bytes.FromUnit(value), mean, factor);
        }
    }

    /// <summary>
    /// Moves pixels away from a smoothed view: the mean of 3 × 3 pixels, with weight 5 for the center. Pixels at the
    /// edge do not change.
    /// </summary>
    public static void Sharpness(Span<float> planes, int size, double factor, Span<float> scratch)
    {
        int area = size * size;
        Span<float> source = scratch[..area];
        for (int start = 0; start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            for (int y = 1; y < size - 1; y++)
            {
                for (int x = 1; x < size - 1; x++)
                {
                    int own = Bytes.FromUnit(source[(y * size) + x]);
                    int sum = 4 * own;
                    for (int row = y - 1; row <= y + 1; row++)
                    {
                        for (int column = x - 1; column <= x + 1; column++)
                        {
                            sum += Bytes.FromUnit(source[(row * size) + column]);
                        }
                    }

                    plane[(y * size) + x] = Blend(own, (int)Math.Round(sum / 13.0), factor);
                }
            }
        }
    }

    /// <summary>Keeps the upper bits of each byte.</summary>
    public static void Posterize(Span<float> planes, int bits)
    {
        foreach (ref float value in planes)
        {
            value = Bytes.ToUnit(Bytes.FromUnit(value) & (0xFF << (8 - bits)));
        }
    }

    /// <summary>Inverts the bytes at or above a threshold; 0 inverts all.</summary>
    public static void Solarize(Span<float> planes, double threshold)
    {
        foreach (ref float value in planes)
        {
            int own = Bytes.FromUnit(value);
            value = Bytes.ToUnit(own >= threshold ? 255 - own : own);
        }
    }

    /// <summary>Stretches each channel to 0 … 255; a channel of one value does not change.</summary>
    public static void AutoContrast(Span<float> planes)
    {
        int area = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> plane = planes.Slice(channel * area, area);
            (int min, int max) = (255, 0);
            foreach (float value in plane)
            {
                int own = Bytes.FromUnit(value);
                (min, max) = (Math.Min(min, own), Math.Max(max, own));
            }

            for (int i = 0; min < max && i < plane.Length; i++)
            {
                plane[i] = Bytes.ToUnit(255 * (Bytes.FromUnit(plane[i]) - min) / (max - min));
            }
        }
    }

    // factor · value + (1 − factor) · other
    private static float Blend(int value, double other, double factor)
        => Bytes.ToUnit(Math.Clamp(Whole((factor * value) + ((1 - factor) * other)), 0, 255));

    private static int Luma(ReadOnlySpan<float> planes, int i, int area)
        => Whole(
            (0.2989 * Bytes.FromUnit(planes[i])) + (0.587 * Bytes.FromUnit(planes[area + i]))
                + (0.114 * Bytes.FromUnit(planes[(2 * area) + i])));

    // Sums that are whole numbers but for rounding keep their value.
    private static int Whole(double value) => (int)Math.Floor(value + 1e-6);
}
