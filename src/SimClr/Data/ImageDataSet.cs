namespace SimClr.Data;

/// <summary>
/// Images by index, with labels where the set has them. Reading is thread-safe; the order of the images is fixed by
/// the set (sorted by name for folders), never by the file system.
/// </summary>
public abstract partial class ImageDataSet : IDisposable
{
    /// <summary>What the user typed to get this set, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>Number of images.</summary>
    public abstract int Count { get; }

    /// <summary>The class of each image, 0 … classes − 1, or null for a set without labels.</summary>
    public virtual IReadOnlyList<int>? Labels => null;

    /// <summary>The classes by number, or null for a set without labels. May name classes that have no image here.</summary>
    public virtual IReadOnlyList<string>? ClassNames => null;

    /// <summary>
    /// Where an image may have several classes: for each image a mark of each class, 1 where the image has it, −1 where not, 0 where
    /// it is too hard to tell (PASCAL VOC's "difficult"). Such a set has class names and no labels; null for all others.
    /// </summary>
    public virtual IReadOnlyList<sbyte[]>? Presence => null;

    /// <summary>
    /// Which image keeps a set from having labels where most of its images have one, in words; null where it has labels, or where
    /// there are none to have.
    /// </summary>
    public virtual string? NoLabelsReason => null;

    /// <summary>What was found where the images are, and is not among them.</summary>
    public virtual Omissions Omissions => Omissions.None;

    /// <summary>A short hash of what the set holds (names, sizes, order), to notice that a resumed run sees other data.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>The file, or member of a larger file, that holds the image: for lists and messages.</summary>
    public abstract string PathOf(int index);

    /// <summary>The same without the folder of the set, where it has one.</summary>
    internal virtual string RelativePathOf(int index) => PathOf(index);

    /// <summary>Where the bytes of an image are, which is a member of a larger file; null where it is none, or has no bytes but its pixels.</summary>
    internal virtual (string File, long Offset, long Length)? SliceOf(int index) => null;

    /// <summary>Who decodes JPEG when images are read; null where nothing is decoded.</summary>
    internal virtual string? Decoder => null;

    /// <summary>Whether reading costs no decoding, so that there is nothing to gain by holding the images in memory.</summary>
    public virtual bool IsDecoded => false;

    /// <summary>Decodes one image. Thread-safe.</summary>
    /// <exception cref="UnreadableImageException">The image cannot be decoded; it can be skipped.</exception>
    public abstract RgbImage Read(int index);

    /// <summary>
    /// Returns an image to the set once the caller holds no reference to it, so that its buffer can be reused. Optional: without it
    /// the memory is collected.
    /// </summary>
    /// <param name="index">The image's index.</param>
    /// <param name="image">What <see cref="Read"/> returned for it.</param>
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

/// <summary>One image cannot be decoded (broken, of an unknown format, or larger than the limit). Its set goes on without it.</summary>
/// <param name="path">The file, or member of a larger file.</param>
/// <param name="reason">Why, in plain words.</param>
/// <param name="inner">What the decoder threw, if it did.</param>
public sealed class UnreadableImageException(string path, string reason, Exception? inner = null)
    : Exception($"{path}: {reason}", inner)
{
    /// <summary>The file, or member of a larger file.</summary>
    public string Path { get; } = path;

    /// <summary>Why, in plain words.</summary>
    public string Reason { get; } = reason;
}
