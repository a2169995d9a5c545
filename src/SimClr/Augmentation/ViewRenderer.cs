using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Makes a view of an image from its draws: crop and resize, flip, color distortion, grayscale, blur (paper,
/// Appendix A, in this order). Thread-safe; steady state allocates only small filter tables.
/// </summary>
public sealed class ViewRenderer
{
    [ThreadStatic]
    private static float[]? workspace;

    private readonly int size;
    private readonly bool bicubic;
    private readonly int kernel;
    private readonly PixelWriter writer;

    /// <summary>Takes size, interpolation and normalization from the options; the rest is in the draws.</summary>
    public ViewRenderer(ViewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        size = options.Size;
        bicubic = options.Interpolation == "bicubic";
        kernel = GaussianBlur.KernelFor(size, options.BlurKernel);
        writer = new PixelWriter(options.Normalize);
    }

    /// <summary>Renders one view.</summary>
    /// <param name="image">The source.</param>
    /// <param name="draws">From <see cref="ViewParameters.Draw"/> for an image of this width and height.</param>
    /// <param name="destination">size · size · 3 floats: rows of pixels, red first, in [0, 1] before normalization.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Render(RgbImage image, in ViewParameters draws, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        int floats = 3 * size * size;
        if (destination.Length != floats)
        {
            throw new ArgumentException($"got room for {destination.Length} floats, expected {size} × {size} × 3", nameof(destination));
        }

        int needed = floats + GaussianBlur.Scratch(size, size, kernel);
        if (workspace is null || workspace.Length < needed)
        {
            workspace = new float[needed];
        }

        Span<float> planes = workspace.AsSpan(0, floats);
        Span<float> scratch = workspace.AsSpan(floats);
        Resampling.Apply(image, draws.Crop, size, size, 0, 0, size, bicubic, antialias: true, planes);
        if (draws.Flip)
        {
            HorizontalFlip.Apply(planes, size);
        }

        if (draws.Jitter)
        {
            ColorDistortion.Apply(planes, draws, scratch);
        }

        if (draws.Gray)
        {
            Grayscale.Apply(planes);
        }

        if (draws.BlurSigma > 0)
        {
            GaussianBlur.Apply(planes, size, size, kernel, draws.BlurSigma, scratch);
        }

        // Weights that sum to 1 only within rounding may exceed the range by as much.
        Clamp.ToUnit(planes);
        writer.Write(planes, destination);
    }
}
