using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>Draws the box of a random resized crop (paper, Appendix A; Szegedy et al. 2015).</summary>
internal static class RandomResizedCrop
{
    private const int Attempts = 10;

    /// <summary>
    /// Draws the area uniformly and the aspect ratio log-uniformly from their ranges; after 10 boxes that do not fit,
    /// takes the center. With TensorFlow's operations, draws as <see cref="DistortedBoundingBox"/> does.
    /// </summary>
    public static Box Draw(ViewOptions options, int width, int height, ref RandomStream stream)
    {
        if (options.Library != ViewLibrary.PyTorch)
        {
            return DistortedBoundingBox.Draw(options, width, height, ref stream);
        }

        double area = (double)width * height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double target = area * stream.Uniform(options.AreaMin, options.AreaMax);
            double aspect = Math.Exp(stream.Uniform(Math.Log(options.AspectMin), Math.Log(options.AspectMax)));
            int w = (int)Math.Round(Math.Sqrt(target * aspect));
            int h = (int)Math.Round(Math.Sqrt(target / aspect));
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                return new Box(stream.NextInt(height - h + 1), stream.NextInt(width - w + 1), h, w);
            }
        }

        return Center(options, width, height);
    }

    // The largest centered box within the range of aspect ratios.
    private static Box Center(ViewOptions options, int width, int height)
    {
        double aspect = (double)width / height;
        int w = aspect > options.AspectMax ? Math.Max(1, (int)Math.Round(height * options.AspectMax)) : width;
        int h = aspect < options.AspectMin ? Math.Max(1, (int)Math.Round(width / options.AspectMin)) : height;
        return new Box((height - h) / 2, (width - w) / 2, h, w);
    }
}
