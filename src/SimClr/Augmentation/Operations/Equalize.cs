namespace SimClr.Augmentation;

/// <summary>
/// Equalizes the histogram of each channel, as PIL's <c>ImageOps.equalize</c> does on bytes; values are rounded to
/// bytes first.
/// </summary>
internal static class Equalize
{
    /// <param name="planes">Red, green and blue planes in [0, 1].</param>
    public static void Apply(Span<float> planes)
    {
        int area = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            ApplyToPlane(planes.Slice(channel * area, area));
        }
    }

    private static void ApplyToPlane(Span<float> plane)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        int last = 0;
        foreach (float value in plane)
        {
            int bin = Bytes.FromUnit(value);
            counts[bin]++;
            last = Math.Max(last, bin);
        }

        // The pixels of the highest value do not count, so that it maps to 255.
        int step = (plane.Length - counts[last]) / 255;
        if (step == 0)
        {
            return;
        }

        Span<float> mapped = stackalloc float[256];
        int below = step / 2;
        for (int bin = 0; bin < 256; bin++)
        {
            mapped[bin] = Math.Min(255, below / step) / 255f;
            below += counts[bin];
        }

        foreach (ref float value in plane)
        {
            value = mapped[Bytes.FromUnit(value)];
        }
    }
}
