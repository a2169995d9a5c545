using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// Draws the box of a random crop as <c>tf.image.sample_distorted_bounding_box</c> does when the object is the whole
/// image, as in the authors' code: the aspect ratio uniformly, then the height uniformly among those whose area is in
/// range. Small areas are therefore more frequent than under a uniform area. The arithmetic is float32, because the
/// sizes depend on its rounding.
/// </summary>
internal static class DistortedBoundingBox
{
    /// <summary>The minimum share of the object, which is the image, in a crop (the code's min_object_covered).</summary>
    public const double MinCovered = 0.1;

    private const int Attempts = 100;

    /// <summary>Draws a box; after 100 that do not fit, takes the whole image.</summary>
    public static Box Draw(ViewOptions options, int width, int height, ref RandomStream stream)
    {
        Areas areas = Range(options, width, height);
        (float aspectMin, float aspectMax) = ((float)options.AspectMin, (float)options.AspectMax);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            float aspect = ((float)stream.NextDouble() * (aspectMax - aspectMin)) + aspectMin;
            (int low, int high) = Heights(width, height, aspect, areas);
            if (Size(width, height, low + stream.NextInt(high - low + 1), aspect, areas) is (int w, int h))
            {
                return new Box(Place(height - h, ref stream), Place(width - w, ref stream), h, w);
            }
        }

        return new Box(0, 0, height, width);
    }

    /// <summary>The range of areas for an image.</summary>
    internal static Areas Range(ViewOptions options, int width, int height)
        => new((float)options.AreaMin * width * height, (float)options.AreaMax * width * height);

    /// <summary>The range of heights from which one is drawn for an aspect ratio.</summary>
    internal static (int Low, int High) Heights(int width, int height, float aspect, Areas areas)
    {
        int low = Round(MathF.Sqrt(areas.Min / aspect));
        int high = Round(MathF.Sqrt(areas.Max / aspect));
        if (Round(high * aspect) > width)
        {
            // The largest height whose width still fits.
            high = (int)((width + 0.5 - 1e-7f) / aspect);
            high -= Round(high * aspect) > width ? 1 : 0;
        }

        high = Math.Min(high, height);
        return (Math.Min(low, high), high);
    }

    /// <summary>
    /// The size for a drawn height, one row higher or lower if rounding puts its area out of range; null if that does
    /// not fit, or covers too little of the image.
    /// </summary>
    internal static (int Width, int Height)? Size(int width, int height, int drawn, float aspect, Areas areas)
    {
        int h = drawn;
        h += Area(h) < areas.Min ? 1 : 0;
        h -= Area(h) > areas.Max ? 1 : 0;
        int w = Round(h * aspect);
        bool fits = w > 0 && h > 0 && w <= width && h <= height;
        return fits && Area(h) >= areas.Min && Area(h) <= areas.Max && Area(h) / (width * height) >= (float)MinCovered
            ? (w, h)
            : null;

        float Area(int rows) => rows * Round(rows * aspect);
    }

    // TensorFlow never draws the last place.
    private static int Place(int room, ref RandomStream stream) => room > 0 ? stream.NextInt(room) : 0;

    private static int Round(float value) => (int)MathF.Round(value);

    /// <summary>A range of areas in pixels.</summary>
    internal readonly record struct Areas(float Min, float Max);
}
