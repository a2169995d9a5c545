using System.Runtime.InteropServices;
using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// The deterministic preprocessing of an image for evaluation. For views of up to 32 pixels, the short side is resized
/// to the view's side and the center is taken (a square image is not cropped). For larger views, the short side is
/// resized to 256/224 of the view's side and the center is cropped (paper; its code crops the central 87.5% instead,
/// which is the same ratio). Resizing is antialiased whatever the library of the training views.
/// </summary>
public sealed class EvaluationTransform
{
    private const int MaxUncroppedSize = 32;

    private readonly ViewKernels kernels;
    private readonly PixelWriter writer;

    /// <summary>Takes size, interpolation and normalization from the options of the training views.</summary>
    public EvaluationTransform(ViewOptions options)
        : this(options, "auto")
    {
    }

    /// <param name="options">Size, interpolation and normalization.</param>
    /// <param name="kernels">One of <see cref="ViewKernels.Names"/>, or <c>auto</c>.</param>
    /// <param name="margin">Whether the short side is resized to more than the view's side, for large views.</param>
    internal EvaluationTransform(ViewOptions options, string kernels, bool margin = true)
    {
        ArgumentNullException.ThrowIfNull(options);
        Size = options.Size;
        ShortSide = Size <= MaxUncroppedSize || !margin ? Size : (int)Math.Round(Size * 256.0 / 224);
        writer = new PixelWriter(options.Normalize);
        this.kernels = ViewKernels.Create(options with { Library = ViewLibrary.PyTorch }, kernels);
    }

    /// <summary>
    /// The transform for transfer by linear evaluation (paper, Appendix B.8.1): the short side is resized to the view's
    /// side with bicubic interpolation, and the center is taken.
    /// </summary>
    public static EvaluationTransform ForTransfer(ViewOptions options)
        => new(options with { Interpolation = Interpolation.Bicubic }, "auto", margin: false);

    /// <summary>Side of the result in pixels.</summary>
    public int Size { get; }

    /// <summary>Length of the short side in pixels, after resizing and before the center crop.</summary>
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
    /// <param name="destination">
    /// size · size · 3 floats: rows of pixels, red first, in [0, 1] before normalization.
    /// </param>
    /// <exception cref="ArgumentException">The destination does not have this length.</exception>
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

    // Half of the excess, rounded to even as in torchvision's center crop.
    private long Margin(long side) => (long)Math.Round((side - Size) / 2.0);
}
