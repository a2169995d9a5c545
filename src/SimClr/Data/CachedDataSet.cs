namespace SimClr.Data;

/// <summary>
/// A data set that is held decoded in memory. An image that could not be decoded is null; reading it fails, as it does
/// in a set that is not cached.
/// </summary>
internal sealed class CachedDataSet(ImageDataSet source, RgbImage?[] images) : DelegatingDataSet(source)
{
    /// <summary>The number of images that could be decoded.</summary>
    public int ReadableCount { get; } = images.Count(image => image is not null);

    public override bool IsDecoded => true;

    public override RgbImage Read(int index)
        => images[index]
            ?? throw new UnreadableImageException(PathOf(index), "it could not be read when the set was decoded");

    public override void Recycle(int index, RgbImage image)
    {
        // The cache keeps the image for the next read.
    }
}
