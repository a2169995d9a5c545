using System.Runtime.InteropServices;
using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Renders a view of an image from its draws: crop and resize, flip, color distortion, grayscale, blur (paper, Appendix
/// A, in this order), with the fastest instructions the processor supports. Thread-safe; the operations of PyTorch
/// allocate nothing in steady state.
/// </summary>
public sealed class ViewRenderer
{
    private readonly int size;
    private readonly ViewKernels kernels;

    /// <summary>
    /// Takes size, interpolation, normalization and library from the options; everything else is in the draws.
    /// </summary>
    public ViewRenderer(ViewOptions options)
        : this(options, "auto")
    {
    }

    /// <param name="options">Size, interpolation, normalization and library.</param>
    /// <param name="kernels">One of <see cref="ViewKernels.Names"/>, or <c>auto</c>.</param>
    internal ViewRenderer(ViewOptions options, string kernels)
    {
        ArgumentNullException.ThrowIfNull(options);
        size = options.Size;
        this.kernels = ViewKernels.Create(options, kernels);
    }

    /// <summary>Renders one view.</summary>
    /// <param name="image">The source.</param>
    /// <param name="draws">From <see cref="ViewParameters.Draw"/> for an image of this width and height.</param>
    /// <param name="destination">
    /// size · size · 3 floats: rows of pixels, red first, in [0, 1] before normalization.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The destination has the wrong length, or the crop is not within the image.
    /// </exception>
    public void Render(RgbImage image, in ViewParameters draws, Span<float> destination)
        => kernels.Render(image, Whole(draws), draws, bfloat16: false, MemoryMarshal.AsBytes(destination));

    /// <summary>Renders one view in bfloat16: the upper 16 bits of each float, rounded to nearest.</summary>
    /// <param name="image">The source.</param>
    /// <param name="draws">From <see cref="ViewParameters.Draw"/> for an image of this width and height.</param>
    /// <param name="destination">
    /// size · size · 3 numbers: rows of pixels, red first, in [0, 1] before normalization.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The destination has the wrong length, or the crop is not within the image.
    /// </exception>
    public void RenderBFloat16(RgbImage image, in ViewParameters draws, Span<ushort> destination)
        => kernels.Render(image, Whole(draws), draws, bfloat16: true, MemoryMarshal.AsBytes(destination));

    private Placement Whole(in ViewParameters draws) => new(draws.Crop, size, size, 0, 0);
}
