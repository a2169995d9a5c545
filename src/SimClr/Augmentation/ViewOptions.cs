using System.Globalization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The random views of an image (paper, Section 3 and Appendix A): section <c>views</c> of the configuration. The
/// defaults are the paper's for ImageNet; for small images (Appendix B.9), use size 32, strength 0.5 and no blur.
/// </summary>
public sealed record ViewOptions
{
    /// <summary>Side of the square view in pixels. Default: 224.</summary>
    public int Size { get; init => field = Require.Positive(value); } = 224;

    /// <summary>Minimum share of the image's area in a crop. Default: 0.08.</summary>
    public double AreaMin { get; init => field = Require.Between(value, 1e-4, 1); } = 0.08;

    /// <summary>Maximum share of the image's area in a crop. Default: 1.</summary>
    public double AreaMax { get; init => field = Require.Between(value, 1e-4, 1); } = 1;

    /// <summary>Minimum aspect ratio (width / height) of a crop before it is resized. Default: 3/4.</summary>
    public double AspectMin { get; init => field = Require.Between(value, 0.01, 100); } = 3.0 / 4;

    /// <summary>Maximum aspect ratio of a crop. Default: 4/3.</summary>
    public double AspectMax { get; init => field = Require.Between(value, 0.01, 100); } = 4.0 / 3;

    /// <summary>
    /// Strength s of the color distortion, 0 to 2.5: brightness, contrast and saturation vary by 0.8·s, hue by 0.2·s.
    /// Default: 1.
    /// </summary>
    public double Strength { get; init => field = Require.Between(value, 0, 2.5); } = 1;

    /// <summary>
    /// Range of the brightness factor, 0 to 2: the factor is 1 ± this value, never below 0; where brightness is
    /// additive (<see cref="Library"/>), ± this value is added. Default: null, for 0.8 · <see cref="Strength"/>.
    /// </summary>
    public double? Brightness { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>
    /// Range of the contrast factor, 0 to 2, as for <see cref="Brightness"/>. Default: null, for 0.8 ·
    /// <see cref="Strength"/>.
    /// </summary>
    public double? Contrast { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>
    /// Range of the saturation factor, 0 to 2, as for <see cref="Brightness"/>. Default: null, for 0.8 ·
    /// <see cref="Strength"/>.
    /// </summary>
    public double? Saturation { get; init => field = value is { } range ? Require.Between(range, 0, 2) : null; }

    /// <summary>
    /// Maximum hue rotation in either direction as a share of the hue circle, 0 to 0.5. Default: null, for 0.2 ·
    /// <see cref="Strength"/>.
    /// </summary>
    public double? Hue { get; init => field = value is { } range ? Require.Between(range, 0, 0.5) : null; }

    /// <summary>Probability of color jitter. Default: 0.8.</summary>
    public double JitterProbability { get; init => field = Require.Probability(value); } = 0.8;

    /// <summary>
    /// The order of brightness, contrast, saturation and hue: <c>random</c> or <c>fixed</c>. Default: null, for
    /// <c>fixed</c> if <see cref="Library"/> is <c>tensorflow</c> and <c>random</c> otherwise.
    /// </summary>
    public ColorOrder? JitterOrder { get; init => field = value is { } order ? Require.Defined(order) : null; }

    /// <summary>Probability that a view is converted to grayscale. Default: 0.2.</summary>
    public double GrayProbability { get; init => field = Require.Probability(value); } = 0.2;

    /// <summary>Whether to blur views, with <see cref="BlurProbability"/>. Default: true.</summary>
    public bool Blur { get; init; } = true;

    /// <summary>Probability of blur if <see cref="Blur"/> is true. Default: 0.5.</summary>
    public double BlurProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>Minimum standard deviation σ of the blur in pixels; σ is drawn uniformly. Default: 0.1.</summary>
    public double BlurSigmaMin { get; init => field = Require.Between(value, 0.001, 1000); } = 0.1;

    /// <summary>Maximum standard deviation σ of the blur in pixels. Default: 2.</summary>
    public double BlurSigmaMax { get; init => field = Require.Between(value, 0.001, 1000); } = 2;

    /// <summary>
    /// Width of the blur kernel as a share of the view's side, made odd and at least 3 pixels. Default: 0.1.
    /// </summary>
    public double BlurKernel { get; init => field = Require.Between(value, 0.001, 1); } = 0.1;

    /// <summary>Probability of a horizontal flip. Default: 0.5.</summary>
    public double FlipProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>
    /// The operations of a view in the order in which they are applied. Default: <c>[crop, flip, color, gray,
    /// blur]</c>. Further ones: <c>cutout</c>, <c>rotate</c>, <c>noise</c>, <c>sobel</c>, <c>equalize</c>,
    /// <c>solarize</c>, <c>motion-blur</c>, <c>autoaugment</c>. A view whose list does not begin with <c>crop</c> shows
    /// the whole image, resized to a square; the empty list is the identity. A <c>crop</c> later in the list crops the
    /// view.
    /// </summary>
    public OperationList Operations
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Operations));
    } = OperationList.Paper;

    /// <summary>
    /// The operations of the first view of an image, if they differ (paper, Section 3.1 and Figure 5: one branch is
    /// transformed, the other is the identity, <c>[]</c>). Default: null, for <see cref="Operations"/>.
    /// </summary>
    public OperationList? First { get; init; }

    /// <summary>
    /// The operations of the second view of an image, if they differ. Default: null, for <see cref="Operations"/>.
    /// </summary>
    public OperationList? Second { get; init; }

    /// <summary>
    /// Whether both views of an image start from the same random crop, resized to the view; their operations follow
    /// (paper, Section 3.1), where <c>crop</c> is a further crop of the view. Default: false.
    /// </summary>
    public bool SharedCrop { get; init; }

    /// <summary>Probability of <c>cutout</c>. Default: 1.</summary>
    public double CutoutProbability { get; init => field = Require.Probability(value); } = 1;

    /// <summary>Side of the square that <c>cutout</c> covers, as a share of the view's side. Default: 0.5.</summary>
    public double CutoutSize { get; init => field = Require.Between(value, 0.001, 1); } = 0.5;

    /// <summary>Probability of <c>noise</c>. Default: 0.5.</summary>
    public double NoiseProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>
    /// Maximum standard deviation of <c>noise</c> for pixels in [0, 1]; it is drawn uniformly from 0. Default: 0.2.
    /// </summary>
    public double NoiseSigmaMax { get; init => field = Require.Between(value, 0, 10); } = 0.2;

    /// <summary>Probability of <c>sobel</c>. Default: 0.5.</summary>
    public double SobelProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>Probability of <c>equalize</c>. Default: 0.5.</summary>
    public double EqualizeProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>Probability of <c>solarize</c>. Default: 0.2 (Grill et al. 2020).</summary>
    public double SolarizeProbability { get; init => field = Require.Probability(value); } = 0.2;

    /// <summary>The value from which <c>solarize</c> inverts pixels in [0, 1]. Default: 0.5.</summary>
    public double SolarizeThreshold { get; init => field = Require.Between(value, 0, 1); } = 0.5;

    /// <summary>Probability of <c>motion-blur</c>. Default: 0.5.</summary>
    public double MotionBlurProbability { get; init => field = Require.Probability(value); } = 0.5;

    /// <summary>
    /// Length of the line of <c>motion-blur</c> as a share of the view's side, made odd and at least 3 pixels. Default:
    /// 0.1.
    /// </summary>
    public double MotionBlurLength { get; init => field = Require.Between(value, 0.001, 1); } = 0.1;

    /// <summary>
    /// The policy of <c>autoaugment</c>: <c>imagenet</c> or <c>cifar10</c>. Default: <c>imagenet</c>.
    /// </summary>
    public AutoAugmentPolicy Policy { get; init => field = Require.Defined(value); } = AutoAugmentPolicy.ImageNet;

    /// <summary>
    /// <c>bicubic</c> or <c>bilinear</c>, both with antialiasing if <see cref="Library"/> is <c>pytorch</c>. Default:
    /// <c>bicubic</c>.
    /// </summary>
    public Interpolation Interpolation { get; init => field = Require.Defined(value); } = Interpolation.Bicubic;

    /// <summary>
    /// <c>none</c> (pixels stay in [0, 1], as in the paper's code) or <c>imagenet</c> (subtracts the mean (0.485,
    /// 0.456, 0.406) and divides by the standard deviation (0.229, 0.224, 0.225)). Stored with the encoder. Default:
    /// <c>none</c>.
    /// </summary>
    public Normalization Normalize { get; init => field = Require.Defined(value); } = Normalization.None;

    /// <summary>
    /// The implementation whose operations make the views (paper, Appendix A, has listings for two): <c>pytorch</c>,
    /// <c>tensorflow</c>, <c>simclrv1</c> or <c>simclrv2</c>. Default: <c>pytorch</c>.
    /// </summary>
    public ViewLibrary Library { get; init => field = Require.Defined(value); } = ViewLibrary.PyTorch;

    /// <summary><see cref="JitterOrder"/>, or the library's.</summary>
    internal ColorOrder JitterOrderInUse => JitterOrder
        ?? (Library == ViewLibrary.TensorFlow ? ColorOrder.Fixed : ColorOrder.Random);

    /// <summary>Whether brightness is a number that is added rather than a factor.</summary>
    internal bool AddsBrightness => Library is ViewLibrary.TensorFlow or ViewLibrary.SimClrV1;

    /// <summary>
    /// Returns these options with crop and flip only, for training classifiers (paper, Appendix B.5 and B.6).
    /// </summary>
    public ViewOptions CropAndFlip() => OneView() with
    {
        Operations = OperationList.Paper,
        JitterProbability = 0,
        GrayProbability = 0,
        Blur = false,
    };

    /// <summary>
    /// Returns the options of a task with one view per image: its operations are <see cref="Operations"/>.
    /// </summary>
    internal ViewOptions OneView() => this with { First = null, Second = null, SharedCrop = false };

    /// <summary>The operations of a view of an image.</summary>
    /// <param name="view">0 for the first, 1 for the second.</param>
    internal OperationList OperationsOf(int view) => view switch
    {
        0 => First,
        1 => Second,
        _ => null,
    } ?? Operations;

    /// <summary>
    /// Returns the operations of a view that need <see cref="PlainKernels"/>, or null if no view does.
    /// </summary>
    internal OperationList? PlainView()
        => ((OperationList[])[OperationsOf(0), OperationsOf(1), Operations]).FirstOrDefault(
            list => !list.IsInPaperOrder || (SharedCrop && list.Contains(ViewOperation.Crop)));

    /// <summary>Checks the rules across fields.</summary>
    /// <exception cref="ArgumentException">
    /// A minimum area, aspect ratio or σ exceeds its maximum, or no crop of the library is as small as the maximum
    /// area.
    /// </exception>
    public void Validate()
    {
        InOrder("area", AreaMin, AreaMax);
        InOrder("aspect", AspectMin, AspectMax);
        InOrder("blur_sigma", BlurSigmaMin, BlurSigmaMax);
        RequireBlur("first", First);
        RequireBlur("second", Second);
        if (Library != ViewLibrary.PyTorch && AreaMax < DistortedBoundingBox.MinCovered)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"views.area_max is {AreaMax} and views.library is {Library.Text()}, whose crops cover at least 0.1 of "
                    + $"the image; raise views.area_max, or use views.library=pytorch"));
        }
    }

    // In Operations, blur is the default, and views.blur switches it off.
    private void RequireBlur(string name, OperationList? operations)
    {
        if (!Blur && operations is not null && operations.Contains(ViewOperation.Blur))
        {
            throw new ArgumentException(
                $"views.{name} is {operations} and views.blur is false; set views.blur=true, or leave blur out");
        }
    }

    private static void InOrder(string name, double min, double max)
    {
        if (min > max)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"views.{name}_min is {min} and views.{name}_max is {max}; the minimum must not exceed the maximum"));
        }
    }
}
