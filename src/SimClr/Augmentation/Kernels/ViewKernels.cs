using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// Renders the pixels of views. All implementations give the same views within rounding. Those other than <c>plain</c>
/// give identical bits if the processor has fused multiply-add.
/// </summary>
internal abstract class ViewKernels
{
    private protected ViewKernels(ViewOptions options)
    {
        Size = options.Size;
        Bicubic = options.Interpolation == Interpolation.Bicubic;
        Kernel = GaussianBlur.KernelFor(Size, options.BlurKernel);
        MotionLength = GaussianBlur.KernelFor(Size, options.MotionBlurLength);
        SolarizeThreshold = (float)options.SolarizeThreshold;
        Policy = options.Policy;
        Writer = new PixelWriter(options.Normalize);
    }

    /// <summary>The implementations that this processor supports, slowest first.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "plain",
        "portable",
        .. Avx2.IsSupported && Fma.IsSupported ? (string[])["avx2"] : [],
        .. Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? (string[])["avx512"] : [],
    ];

    /// <summary>Side of the views in pixels.</summary>
    protected int Size { get; }

    protected bool Bicubic { get; }

    /// <summary>Width of the blur's kernel in pixels.</summary>
    protected int Kernel { get; }

    /// <summary>Length of the line of the motion blur in pixels.</summary>
    protected int MotionLength { get; }

    /// <summary>The value from which solarization inverts pixels.</summary>
    protected float SolarizeThreshold { get; }

    protected AutoAugmentPolicy Policy { get; }

    protected PixelWriter Writer { get; }

    /// <summary>
    /// The implementation selected by <c>auto</c>: the fastest, or the one named in the environment variable
    /// <c>SIMCLR_KERNELS</c>.
    /// </summary>
    /// <exception cref="ConfigurationException">The variable does not name a supported implementation.</exception>
    public static string Default => Resolve(Environment.GetEnvironmentVariable("SIMCLR_KERNELS"));

    /// <summary>
    /// Creates the fastest kernels that this processor supports, or those of a given name. TensorFlow's operations have
    /// one implementation, whatever the name.
    /// </summary>
    /// <param name="options">Size, interpolation, normalization and library.</param>
    /// <param name="name">One of <see cref="Names"/>, or <c>auto</c>.</param>
    /// <exception cref="NotSupportedException">This processor does not support them.</exception>
    public static ViewKernels Create(ViewOptions options, string name = "auto")
        => (name == "auto" ? Default : name) switch
        {
            var chosen when !Names.Contains(chosen) => throw new NotSupportedException(
                $"kernels '{chosen}' are not supported by this processor; expected one of {string.Join(", ", Names)}"),
            _ when options.Library != ViewLibrary.PyTorch => new TensorFlowKernels(options),
            "plain" => new PlainKernels(options),
            "portable" => new FusedKernels<PortableLanes>(options),
            "avx2" => new FusedKernels<Avx2Lanes>(options),
            _ => new FusedKernels<Avx512Lanes>(options),
        };

    internal static string Resolve(string? forced) => forced switch
    {
        null or "" or "auto" => Names[^1],
        _ when Names.Contains(forced) => forced,
        _ => throw new ConfigurationException(
            $"SIMCLR_KERNELS: got '{forced}', expected auto or one of {string.Join(", ", Names)}"),
    };

    /// <summary>Renders one view.</summary>
    /// <param name="image">The source.</param>
    /// <param name="place">The position in the image; it replaces the crop of the draws.</param>
    /// <param name="draws">The other draws.</param>
    /// <param name="bfloat16">Whether to write bfloat16 numbers instead of floats.</param>
    /// <param name="destination">
    /// size · size · 3 such numbers: rows of pixels, red first, in [0, 1] before normalization.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The destination has the wrong length, or the box is not within the image.
    /// </exception>
    public void Render(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        int each = bfloat16 ? sizeof(ushort) : sizeof(float);
        if (destination.Length != 3 * Size * Size * each)
        {
            throw new ArgumentException(
                $"got room for {destination.Length / (double)each} {(bfloat16 ? "bfloat16 numbers" : "floats")}, "
                    + $"expected {Size} × {Size} × 3",
                nameof(destination));
        }

        Box box = place.Box;
        if (box.Top < 0 || box.Left < 0 || box.Height < 1 || box.Width < 1
            || box.Height > image.Height - box.Top || box.Width > image.Width - box.Left)
        {
            throw new ArgumentException(
                $"got {box} of an image of {image.Height} rows and {image.Width} columns", nameof(place));
        }

        Draw(image, place, draws, bfloat16, destination);
    }

    private protected abstract void Draw(
        RgbImage image, in Placement place, in ViewParameters draws, bool bfloat16, Span<byte> destination);
}
