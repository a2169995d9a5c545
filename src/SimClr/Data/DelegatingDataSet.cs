namespace SimClr.Data;

/// <summary>
/// A data set made of the images of another. Every member forwards to that set; a wrapper overrides what it changes, so
/// it cannot forget a member. Disposing of the wrapper does not dispose of the other set.
/// </summary>
public abstract class DelegatingDataSet : ImageDataSet
{
    /// <summary>Wraps a data set.</summary>
    /// <param name="source">The wrapped set.</param>
    protected DelegatingDataSet(ImageDataSet source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
    }

    /// <summary>The wrapped set.</summary>
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

    /// <summary>
    /// Returns the set that holds an image and the image's index there. A wrapper that changes the order overrides this
    /// method.
    /// </summary>
    /// <param name="index">The image's index in this set, 0 … <see cref="Count"/> − 1.</param>
    protected virtual (ImageDataSet Images, int Index) Locate(int index) => (Source, index);
}
