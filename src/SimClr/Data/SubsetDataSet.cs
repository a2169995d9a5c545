namespace SimClr.Data;

/// <summary>
/// A subset of the images of another data set, in the given order, with their labels, class names and paths.
/// </summary>
internal sealed class SubsetDataSet : DelegatingDataSet
{
    private readonly int[] indices;
    private readonly Lazy<string> fingerprint;

    public SubsetDataSet(ImageDataSet source, int[] indices)
        : base(source)
    {
        this.indices = indices;
        Labels = source.Labels is { } labels ? [.. indices.Select(index => labels[index])] : null;
        MultiLabels = source.MultiLabels is { } presence ? [.. indices.Select(index => presence[index])] : null;
        fingerprint = new(() => Data.Fingerprint.Compute([source.Fingerprint, string.Join(' ', indices)]));
    }

    public override int Count => indices.Length;

    public override IReadOnlyList<int>? Labels { get; }

    public override IReadOnlyList<sbyte[]>? MultiLabels { get; }

    public override string Fingerprint => fingerprint.Value;

    protected override (ImageDataSet Images, int Index) Locate(int index) => (Source, indices[index]);
}
