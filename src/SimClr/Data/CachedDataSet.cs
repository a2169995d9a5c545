namespace SimClr.Data;

/// <summary>A set whose images have been decoded.</summary>
internal sealed class CachedDataSet(ImageDataSet source, RgbImage[] images) : ImageDataSet
{
    public override string Name => source.Name;

    public override int Count => images.Length;

    public override IReadOnlyList<int>? Labels => source.Labels;

    public override IReadOnlyList<string>? ClassNames => source.ClassNames;

    public override string Fingerprint => source.Fingerprint;

    public override string PathOf(int index) => source.PathOf(index);

    internal override string RelativePathOf(int index) => source.RelativePathOf(index);

    internal override bool IsDecoded => true;

    internal override string? Decoder => source.Decoder;

    public override RgbImage Read(int index) => images[index];
}
