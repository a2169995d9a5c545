using System.Runtime.InteropServices;
using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// What an image goes through when nothing is random: up to views of 32 pixels the short side is resized to the view's
/// and the center taken (a square image is not cropped); above, the short side is resized to 256/224 of the view's and
/// the center cropped (paper; its code crops the center 87.5 % instead, which is the same share).
/// </summary>
public sealed class EvaluationTransform
{
    private const int MaxUncroppedSize = 32;

    private readonly ViewKernels kernels;
    private readonly PixelWriter writer;

    /// <summary>Takes size, interpolation and normalization from the views of training.</summary>
    public EvaluationTransform(ViewOptions options)
        : this(options, "auto")
    {
    }

    /// <param name="options">Size, interpolation and normalization.</param>
    /// <param name="kernels">One of <see cref="ViewKernels.Names"/>, or <c>auto</c>.</param>
    /// <param name="margin">Whether the short side of large views is resized to more than the view's.</param>
    internal EvaluationTransform(ViewOptions options, string kernels, bool margin = true)
    {
        ArgumentNullException.ThrowIfNull(options);
        Size = options.Size;
        ShortSide = Size <= MaxUncroppedSize || !margin ? Size : (int)Math.Round(Size * 256.0 / 224);
        writer = new PixelWriter(options.Normalize);
        this.kernels = ViewKernels.Create(options, kernels);
    }

    /// <summary>
    /// What images go through for transfer by linear evaluation (paper, Appendix B.8.1): the short side is resized to the
    /// view's, bicubic, and the center taken.
    /// </summary>
    public static EvaluationTransform ForTransfer(ViewOptions options)
        => new(options with { Interpolation = Interpolation.Bicubic }, "auto", margin: false);

    /// <summary>Side of the result in pixels.</summary>
    public int Size { get; }

    /// <summary>What the short side is resized to before the center is cropped, in pixels.</summary>
    public int ShortSide { get; }

    /// <summary>
    /// The values subtracted from the channels (red, green, blue; pixels in [0, 1]); 0 without normalization.
    /// </summary>
    public IReadOnlyList<float> Mean => [writer.Mean(0), writer.Mean(1), writer.Mean(2)];

    /// <summary>
    /// The factors applied to the channels after <see cref="Mean"/> is subtracted: 1 / standard deviation, or 1 without
    /// normalization.
    /// </summary>
    public IReadOnlyList<float> Scale => [writer.Scale(0), writer.Scale(1), writer.Scale(2)];

    /// <summary>Renders one image.</summary>
    /// <param name="image">The source.</param>
    /// <param name="destination">size · size · 3 floats: rows of pixels, red first, in [0, 1] before normalization.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Render(RgbImage image, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        int shortest = Math.Min(image.Width, image.Height);
        long height = (long)ShortSide * image.Height / shortest;
        long width = (long)ShortSide * image.Width / shortest;
        var place = new Placement(
            new Box(0, 0, image.Height, image.Width), height, width, Margin(height), Margin(width));
        kernels.Render(image, place, default, bfloat16: false, MemoryMarshal.AsBytes(destination));
    }

    // Half of what is left over, rounded to even as torchvision's center crop does.
    private long Margin(long side) => (long)Math.Round((side - Size) / 2.0);
}
