namespace SimClr.Data;

/// <summary>
/// A set made of the images of another. Every member is answered by that set; a wrapper overrides what it changes, so it
/// cannot forget a member. The other set stays its owner's: it is not disposed with the wrapper.
/// </summary>
public abstract class DelegatingDataSet : ImageDataSet
{
    /// <summary>Wraps a set.</summary>
    /// <param name="source">The set that answers.</param>
    protected DelegatingDataSet(ImageDataSet source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
    }

    /// <summary>The set that answers.</summary>
    protected ImageDataSet Source { get; }

    /// <inheritdoc/>
    public override string Name => Source.Name;

    /// <inheritdoc/>
    public override int Count => Source.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<int>? Labels => Source.Labels;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? ClassNames => Source.ClassNames;

    /// <inheritdoc/>
    public override IReadOnlyList<sbyte[]>? MultiLabels => Source.MultiLabels;

    /// <inheritdoc/>
    public override string? NoLabelsReason => Source.NoLabelsReason;

    /// <inheritdoc/>
    public override Omissions Omissions => Source.Omissions;

    /// <inheritdoc/>
    public override string Fingerprint => Source.Fingerprint;

    internal override string? Decoder => Source.Decoder;

    /// <inheritdoc/>
    public override bool IsDecoded => Source.IsDecoded;

    /// <inheritdoc/>
    public override string PathOf(int index)
    {
        (ImageDataSet images, int own) = Locate(index);
        return images.PathOf(own);
    }

    /// <inheritdoc/>
    public override RgbImage Read(int index)
    {
        (ImageDataSet images, int own) = Locate(index);
        return images.Read(own);
    }

    internal override string RelativePathOf(int index)
    {
        (ImageDataSet images, int own) = Locate(index);
        return images.RelativePathOf(own);
    }

    internal override (string File, long Offset, long Length)? SliceOf(int index)
    {
        (ImageDataSet images, int own) = Locate(index);
        return images.SliceOf(own);
    }

    /// <inheritdoc/>
    public override void Recycle(int index, RgbImage image)
    {
        (ImageDataSet images, int own) = Locate(index);
        images.Recycle(own, image);
    }

    /// <summary>The set that holds an image, and the image's index there. A wrapper with another order overrides it.</summary>
    /// <param name="index">The image's index in this set, 0 … count − 1.</param>
    protected virtual (ImageDataSet Images, int Index) Locate(int index) => (Source, index);
}
