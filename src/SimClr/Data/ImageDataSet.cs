namespace SimClr.Data;

/// <summary>
/// A collection of images, read by index, with optional labels. Reading is thread-safe. The set fixes the order of its
/// images (sorted by name for folders); it never depends on the file system.
/// </summary>
public abstract partial class ImageDataSet : IDisposable
{
    /// <summary>The path or data spec that opened the set, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>The number of images.</summary>
    public abstract int Count { get; }

    /// <summary>The class of each image, 0 … classes − 1; null for a set without labels.</summary>
    public virtual IReadOnlyList<int>? Labels => null;

    /// <summary>
    /// The class names by number; null for a set without labels. Some classes may have no image in this set.
    /// </summary>
    public virtual IReadOnlyList<string>? ClassNames => null;

    /// <summary>
    /// For a set whose images may have several classes each: a mark per image and class, 1 if the class is present, −1
    /// if absent, 0 if it does not count (PASCAL VOC's "difficult"). Such a set has class names but no labels; other
    /// sets return null.
    /// </summary>
    public virtual IReadOnlyList<sbyte[]>? MultiLabels => null;

    /// <summary>
    /// The reason, in words, why a set in which some images are labeled has no labels: which image lacks one. Null if
    /// the set has labels or none of its images does.
    /// </summary>
    public virtual string? NoLabelsReason => null;

    /// <summary>The files and folders found among the images but left out of the set.</summary>
    public virtual Omissions Omissions => Omissions.None;

    /// <summary>
    /// A short hash of the set's contents (names, sizes, order), so that a resumed run detects changed data.
    /// </summary>
    public abstract string Fingerprint { get; }

    /// <summary>
    /// Returns the file, or the member of a larger file, that holds an image, for lists and messages.
    /// </summary>
    public abstract string PathOf(int index);

    /// <summary>Returns the path of an image relative to the folder of the set, if it has one.</summary>
    internal virtual string RelativePathOf(int index) => PathOf(index);

    /// <summary>
    /// Returns the location of the bytes of an image within a larger file; null if the image is not a member of one or
    /// is stored only as pixels.
    /// </summary>
    internal virtual (string File, long Offset, long Length)? SliceOf(int index) => null;

    /// <summary>The name of the JPEG decoder; null if the set decodes nothing.</summary>
    internal virtual string? Decoder => null;

    /// <summary>Whether images are already decoded, so that caching them in memory gains nothing.</summary>
    public virtual bool IsDecoded => false;

    /// <summary>Reads and decodes an image. Thread-safe.</summary>
    /// <exception cref="UnreadableImageException">The image cannot be decoded; it can be skipped.</exception>
    public abstract RgbImage Read(int index);

    /// <summary>
    /// Returns an image to the set once the caller holds no reference to it, so that its buffer can be reused.
    /// Optional: otherwise, the buffer is garbage-collected.
    /// </summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="image">The image as returned by <see cref="Read"/>.</param>
    public virtual void Recycle(int index, RgbImage image)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases open files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>
/// The exception for an image that cannot be decoded: it is broken, of an unknown format, or larger than the limit. The
/// rest of its set can still be used.
/// </summary>
/// <param name="path">The file, or the member of a larger file.</param>
/// <param name="reason">The reason, in plain words.</param>
/// <param name="inner">The exception from the decoder, if any.</param>
public sealed class UnreadableImageException(string path, string reason, Exception? inner = null)
    : Exception($"{path}: {reason}", inner)
{
    /// <summary>The file, or the member of a larger file.</summary>
    public string Path { get; } = path;

    /// <summary>The reason, in plain words.</summary>
    public string Reason { get; } = reason;
}
