namespace SimClr.Data;

/// <summary>A set whose images have been decoded; null are those that cannot be, as when they are streamed.</summary>
internal sealed class CachedDataSet(ImageDataSet source, RgbImage?[] images) : DelegatingDataSet(source)
{
    /// <summary>How many images could be decoded.</summary>
    public int ReadableCount { get; } = images.Count(image => image is not null);

    public override bool IsDecoded => true;

    public override RgbImage Read(int index)
        => images[index] ?? throw new UnreadableImageException(PathOf(index), "it could not be read when the set was decoded");

    public override void Recycle(int index, RgbImage image)
    {
        // The image is kept, to be read again.
    }
}
