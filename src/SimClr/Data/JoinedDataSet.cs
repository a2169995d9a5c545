namespace SimClr.Data;

/// <summary>
/// The images of one labeled data set followed by those of another, with their classes matched by name.
/// </summary>
internal sealed class JoinedDataSet(ImageDataSet first, ImageDataSet second) : DelegatingDataSet(first)
{
    private readonly ClassMatch? match = first.MultiLabels is null
        ? ClassMatch.Create(first.ClassNames, second.ClassNames, second.RequireLabels(), "validation")
        : null;

    private int[]? labels;

    public override string Name => $"{Source.Name} + {second.Name}";

    public override int Count => Source.Count + second.Count;

    public override IReadOnlyList<int>? Labels
        => match is null ? null : labels ??= [.. Source.RequireLabels(), .. match.Labels];

    public override IReadOnlyList<string>? ClassNames => match is null ? Source.ClassNames : match.Names;

    public override IReadOnlyList<sbyte[]>? MultiLabels { get; } = first.MultiLabels is { } presence
        ? [.. presence, .. second.RequireMultiLabels()]
        : null;

    public override string? NoLabelsReason => Source.NoLabelsReason ?? second.NoLabelsReason;

    public override Omissions Omissions => Source.Omissions.Merge(second.Omissions);

    public override string Fingerprint => Data.Fingerprint.Compute([Source.Fingerprint, second.Fingerprint]);

    public override bool IsDecoded => Source.IsDecoded && second.IsDecoded;

    internal override string? Decoder => Source.Decoder ?? second.Decoder;

    protected override (ImageDataSet Images, int Index) Locate(int index)
        => index < Source.Count ? (Source, index) : (second, index - Source.Count);
}
