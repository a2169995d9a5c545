using System.Security.Cryptography;

namespace SimClr.Data;

/// <summary>A data set of decoded images in memory.</summary>
public sealed class InMemoryDataSet : ImageDataSet
{
    private readonly RgbImage[] images;
    private readonly Lazy<string> fingerprint;

    /// <summary>Creates a data set from images in memory.</summary>
    /// <param name="images">The images, of any size.</param>
    /// <param name="labels">The class of each image, from 0; null for a set without labels.</param>
    /// <param name="classNames">The class names by number; null for "0", "1", … up to the highest label.</param>
    /// <param name="name">The name of the set in messages.</param>
    /// <exception cref="ArgumentException">
    /// The number of labels differs from the number of images, a label is not the number of a class, or there are class
    /// names without labels.
    /// </exception>
    public InMemoryDataSet(
        IEnumerable<RgbImage> images,
        IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null,
        string name = "memory")
    {
        ArgumentNullException.ThrowIfNull(images);
        this.images = [.. images];
        Name = name;
        if (labels is not null)
        {
            ClassNames = classNames ?? NumericClassNames.Create(labels.DefaultIfEmpty(-1).Max() + 1);
            Labels = ValidateLabels(labels, this.images.Length, ClassNames.Count);
        }
        else if (classNames is not null)
        {
            throw new ArgumentException("got class names without labels", nameof(classNames));
        }

        fingerprint = new(
            () => Data.Fingerprint.Compute([.. this.images.Select(Describe), string.Join(' ', Labels ?? [])]));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => images.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassNames { get; }

    /// <inheritdoc/>
    public override string Fingerprint => fingerprint.Value;

    /// <inheritdoc/>
    public override string PathOf(int index) => $"{Name}#{index}";

    /// <inheritdoc/>
    public override bool IsDecoded => true;

    /// <inheritdoc/>
    public override RgbImage Read(int index) => images[index];

    private static int[] ValidateLabels(IReadOnlyList<int> labels, int count, int classes)
    {
        if (labels.Count != count)
        {
            throw new ArgumentException($"got {labels.Count} labels, expected {count}, one per image", nameof(labels));
        }

        return labels.All(label => label >= 0 && label < classes)
            ? [.. labels]
            : throw new ArgumentException(
                $"got labels from {labels.Min()} to {labels.Max()}, expected 0 to {classes - 1}", nameof(labels));
    }

    private static string Describe(RgbImage image)
        => $"{image.Width} {image.Height} {Convert.ToHexString(SHA256.HashData(image.Pixels))}";
}
