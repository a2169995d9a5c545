namespace SimClr.Data;

/// <summary>A set whose images have been decoded; null are those that cannot be, as when they are streamed.</summary>
internal sealed class CachedDataSet(ImageDataSet source, RgbImage?[] images) : ImageDataSet
{
    /// <summary>How many images could be decoded.</summary>
    public int Readable { get; } = images.Count(image => image is not null);

    public override string Name => source.Name;

    public override int Count => images.Length;

    public override IReadOnlyList<int>? Labels => source.Labels;

    public override IReadOnlyList<string>? ClassNames => source.ClassNames;

    internal override IReadOnlyList<sbyte[]>? Presence => source.Presence;

    public override string Fingerprint => source.Fingerprint;

    public override string PathOf(int index) => source.PathOf(index);

    internal override string RelativePathOf(int index) => source.RelativePathOf(index);

    internal override bool IsDecoded => true;

    internal override string? Decoder => source.Decoder;

    public override RgbImage Read(int index)
        => images[index] ?? throw new UnreadableImageException(PathOf(index), "it could not be read when the set was decoded");
}
