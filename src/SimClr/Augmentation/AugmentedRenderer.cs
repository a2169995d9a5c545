using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>Renders views with a custom augmentation step applied before normalization. Thread-safe.</summary>
internal sealed class AugmentedRenderer(ViewOptions options, IAugmentation augmentation)
{
    [ThreadStatic]
    private static float[]? scratch;

    private readonly ViewRenderer renderer = new(options with { Normalize = Normalization.None });
    private readonly PixelWriter writer = new(options.Normalize);
    private readonly int floats = 3 * options.Size * options.Size;

    /// <summary>Renders one view.</summary>
    /// <param name="image">The source.</param>
    /// <param name="draws">The draws of the paper's steps.</param>
    /// <param name="random">The source of randomness for the custom step.</param>
    /// <param name="destination">size · size · 3 floats: rows of pixels, red first, normalized.</param>
    public void Render(RgbImage image, in ViewParameters draws, Random random, Span<float> destination)
    {
        renderer.Render(image, draws, destination);
        augmentation.Apply(destination, options.Size, random);
        writer.Normalize(destination);
    }

    /// <summary>Renders one view in bfloat16; parameters as for <see cref="Render"/>.</summary>
    public void RenderBFloat16(RgbImage image, in ViewParameters draws, Random random, Span<ushort> destination)
    {
        if (scratch is null || scratch.Length < floats)
        {
            scratch = new float[floats];
        }

        Span<float> view = scratch.AsSpan(0, floats);
        Render(image, draws, random, view);
        BFloat16.Round(view, destination);
    }
}
