namespace SimClr.Data;

/// <summary>Some images of another set, in the order given; labels, class names and paths follow.</summary>
internal sealed class SubsetDataSet : ImageDataSet
{
    private readonly ImageDataSet source;
    private readonly int[] indices;
    private readonly Lazy<string> fingerprint;

    public SubsetDataSet(ImageDataSet source, int[] indices)
    {
        this.source = source;
        this.indices = indices;
        Labels = source.Labels is { } labels ? [.. indices.Select(index => labels[index])] : null;
        Presence = source.Presence is { } presence ? [.. indices.Select(index => presence[index])] : null;
        fingerprint = new(() => Data.Fingerprint.Of([source.Fingerprint, string.Join(' ', indices)]));
    }

    public override string Name => source.Name;

    public override int Count => indices.Length;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<string>? ClassNames => source.ClassNames;

    internal override IReadOnlyList<sbyte[]>? Presence { get; }

    public override string Fingerprint => fingerprint.Value;

    public override string PathOf(int index) => source.PathOf(indices[index]);

    internal override string RelativePathOf(int index) => source.RelativePathOf(indices[index]);

    internal override bool IsDecoded => source.IsDecoded;

    internal override string? Decoder => source.Decoder;

    public override RgbImage Read(int index) => source.Read(indices[index]);

    internal override void Recycle(int index, RgbImage image) => source.Recycle(indices[index], image);
}
