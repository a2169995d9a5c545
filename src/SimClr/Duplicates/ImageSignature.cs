using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SimClr.Data;

namespace SimClr.Duplicates;

/// <summary>The facts by which copies of an image are recognized without an encoder.</summary>
/// <param name="Content">
/// The first 128 bits of the SHA-256 of the file; of the size and pixels, for an image stored only as pixels.
/// </param>
/// <param name="Hash">The perceptual hash; null for an image of too little contrast.</param>
/// <param name="Facts">The size of the image and of its file.</param>
public sealed record ImageSignature(UInt128 Content, ulong? Hash, ImageFacts Facts)
{
    // The hash averages over 32 × 32 cells; a JPEG decoded at a fraction of its size gives the same averages.
    private const int ScaledSide = 256;

    /// <summary>Returns whether the images are known to be copies: the same bytes, or hashes that are near.</summary>
    /// <param name="other">The signature of the other image.</param>
    /// <param name="maxDistance">The maximum number of bits in which the hashes differ.</param>
    /// <returns>Null if the bytes differ and an image has no hash.</returns>
    public bool? IsCopyOf(ImageSignature other, int maxDistance)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Content == other.Content ? true : DistanceTo(other) is { } distance ? distance <= maxDistance : null;
    }

    /// <summary>Returns the number of bits in which the hashes differ; null if an image has no hash.</summary>
    public int? DistanceTo(ImageSignature other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Hash is { } one && other.Hash is { } two ? PerceptualHash.Distance(one, two) : null;
    }

    /// <summary>
    /// Reads the images of a set, several at a time, each once. The memory per image is that of its signature.
    /// </summary>
    /// <param name="images">The set.</param>
    /// <param name="options">The options for decoding; null for the defaults.</param>
    /// <param name="skipped">
    /// Receives the images that cannot be read, without a limit on their number; null to ignore them.
    /// </param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    /// <returns>A signature for each image of the set; null for an image that cannot be read.</returns>
    public static ImageSignature?[] ReadAll(
        ImageDataSet images,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options = (options ?? new DataOptions()) with { ScaledDecode = ScaledSide };
        var found = new ImageSignature?[images.Count];
        ImagePass.Run(
            images,
            options,
            skipped,
            (index, file, image) => found[index] = Create(file, image),
            progress,
            cancellation);
        return found;
    }

    /// <summary>Creates the signature of an image that was read.</summary>
    internal static ImageSignature Create(EncodedImage? file, RgbImage image)
    {
        (int width, int height) = file?.Size ?? (image.Width, image.Height);
        return new ImageSignature(
            file?.Content ?? Digest(image),
            PerceptualHash.Compute(image),
            new ImageFacts(width, height, file?.Bytes ?? 0));
    }

    private static UInt128 Digest(RgbImage image)
        => MemoryMarshal.Read<UInt128>(SHA256.HashData(image.Pixels))
            ^ new UInt128((ulong)image.Width, (ulong)image.Height);
}
