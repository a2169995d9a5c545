using SimClr.Data;
using SimClr.Duplicates;

namespace SimClr.Checks;

/// <summary>
/// A check of the images of a set: each is read once, several at a time, and forgotten; only a few numbers per image
/// are kept.
/// </summary>
public sealed class ImageCheck
{
    private ImageCheck(
        ImageQuality?[] quality, ImageSignature?[] signatures, IReadOnlyList<UnreadableImage> unreadable)
        => (Quality, Signatures, Unreadable) = (quality, signatures, unreadable);

    /// <summary>The measures of each image; null for one that cannot be read.</summary>
    public IReadOnlyList<ImageQuality?> Quality { get; }

    /// <summary>The signature of each image, to find copies; null for one that cannot be read.</summary>
    public IReadOnlyList<ImageSignature?> Signatures { get; }

    /// <summary>The images that cannot be read, in their order.</summary>
    public IReadOnlyList<UnreadableImage> Unreadable { get; }

    /// <summary>Reads the images of a set.</summary>
    /// <param name="images">The set.</param>
    /// <param name="options">The options for decoding; null for the defaults.</param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    public static ImageCheck Run(
        ImageDataSet images,
        DataOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options = (options ?? new DataOptions()) with { ScaledDecode = ImageQuality.Side };
        var quality = new ImageQuality?[images.Count];
        var signatures = new ImageSignature?[images.Count];
        var skipped = new SkippedImages(images);
        ImagePass.Run(
            images,
            options,
            skipped,
            (index, file, image) =>
            {
                quality[index] = ImageQuality.Measure(image, file?.Size);
                signatures[index] = ImageSignature.Create(file, image);
            },
            progress,
            cancellation);
        return new ImageCheck(quality, signatures, [.. Enumerable.Range(0, images.Count)
            .Where(index => quality[index] is null)
            .Select(index => new UnreadableImage(index, skipped.ReasonOf(images.PathOf(index)) ?? "cannot be read"))]);
    }

    /// <summary>Returns the images that have a fault, the worst first.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="limits">The limits of the measures; null for the defaults.</param>
    /// <returns>The index of each image with the measure behind the fault.</returns>
    public IReadOnlyList<(int Image, double Value)> Find(ImageFault fault, QualityLimits? limits = null)
    {
        limits ??= new QualityLimits();
        return
        [
            .. Quality.Index()
                .Where(image => image.Item is not null)
                .Select(image => (image.Index, Value: ValueOf(fault, image.Item!, limits)))
                .Where(image => image.Value is not null)
                .Select(image => (image.Index, image.Value!.Value))
                .OrderBy(image => fault == ImageFault.Bright ? -image.Value : image.Value)
                .ThenBy(image => image.Index),
        ];
    }

    /// <summary>Returns the measure behind a fault if the image has it; else null.</summary>
    private static double? ValueOf(ImageFault fault, ImageQuality image, QualityLimits limits)
    {
        bool isBlank = image.Contrast < limits.MinContrast;
        (double value, bool has) = fault switch
        {
            ImageFault.Small => (Math.Min(image.Width, image.Height), Math.Min(image.Width, image.Height)
                < limits.MinSide),
            ImageFault.Dark => (image.Brightness, image.Brightness < limits.MinBrightness),
            ImageFault.Bright => (image.Brightness, image.Brightness > limits.MaxBrightness),
            ImageFault.Blank => (image.Contrast, isBlank),
            ImageFault.Blurred => (image.Sharpness, !isBlank && image.Sharpness < limits.MinSharpness),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "not a fault that is measured"),
        };
        return has ? value : null;
    }
}

/// <summary>A fault that the pixels of an image show.</summary>
public enum ImageFault
{
    /// <summary>The short side is below <see cref="QualityLimits.MinSide"/>.</summary>
    Small,

    /// <summary>The sharpness is below <see cref="QualityLimits.MinSharpness"/>.</summary>
    Blurred,

    /// <summary>The mean luma is below <see cref="QualityLimits.MinBrightness"/>.</summary>
    Dark,

    /// <summary>The mean luma is above <see cref="QualityLimits.MaxBrightness"/>.</summary>
    Bright,

    /// <summary>The contrast is below <see cref="QualityLimits.MinContrast"/>.</summary>
    Blank,
}

/// <summary>An image that cannot be read.</summary>
/// <param name="Image">The index of the image.</param>
/// <param name="Reason">The reason, in plain words.</param>
public sealed record UnreadableImage(int Image, string Reason)
{
    /// <summary>Whether the file is cut off: its beginning is an image, and its last part is missing.</summary>
    public bool IsTruncated => Reason.Contains("cut off", StringComparison.Ordinal);
}
