namespace SimClr.Data;

/// <summary>The images of one labeled set and then those of another with the same classes.</summary>
internal sealed class JoinedDataSet(ImageDataSet first, ImageDataSet second) : DelegatingDataSet(first)
{
    public override string Name => $"{Source.Name} + {second.Name}";

    public override int Count => Source.Count + second.Count;

    public override IReadOnlyList<int>? Labels { get; } = first.Presence is null ? [.. first.RequireLabels(), .. second.RequireLabels()] : null;

    // Numbered classes may reach further in one of them.
    public override IReadOnlyList<string>? ClassNames
        => second.ClassNames?.Count > Source.ClassNames?.Count ? second.ClassNames : Source.ClassNames;

    internal override IReadOnlyList<sbyte[]>? Presence { get; } = first.Presence is { } presence ? [.. presence, .. second.RequirePresence()] : null;

    internal override string? NoLabelsReason => Source.NoLabelsReason ?? second.NoLabelsReason;

    internal override Omissions Omissions => Source.Omissions.And(second.Omissions);

    public override string Fingerprint => Data.Fingerprint.Of([Source.Fingerprint, second.Fingerprint]);

    internal override bool IsDecoded => Source.IsDecoded && second.IsDecoded;

    internal override string? Decoder => Source.Decoder ?? second.Decoder;

    protected override (ImageDataSet Images, int Index) Locate(int index)
        => index < Source.Count ? (Source, index) : (second, index - Source.Count);
}
