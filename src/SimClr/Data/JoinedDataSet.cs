namespace SimClr.Data;

/// <summary>The images of one labeled set and then those of another, whose classes are matched by name.</summary>
internal sealed class JoinedDataSet(ImageDataSet first, ImageDataSet second) : ImageDataSet
{
    private readonly ClassMatch? match = first.Presence is null
        ? ClassMatch.Create(first.ClassNames, second.ClassNames, second.RequireLabels(), "validation")
        : null;

    private int[]? labels;

    public override string Name => $"{first.Name} + {second.Name}";

    public override int Count => first.Count + second.Count;

    public override IReadOnlyList<int>? Labels => match is null ? null : labels ??= [.. first.RequireLabels(), .. match.Labels];

    public override IReadOnlyList<string>? ClassNames => match is null ? first.ClassNames : match.Names;

    internal override IReadOnlyList<sbyte[]>? Presence { get; } = first.Presence is { } presence ? [.. presence, .. second.RequirePresence()] : null;

    public override string Fingerprint => Data.Fingerprint.Of([first.Fingerprint, second.Fingerprint]);

    internal override bool IsDecoded => first.IsDecoded && second.IsDecoded;

    internal override string? Decoder => first.Decoder ?? second.Decoder;

    public override string PathOf(int index) => Of(index).PathOf(Local(index));

    public override RgbImage Read(int index) => Of(index).Read(Local(index));

    internal override void Recycle(int index, RgbImage image) => Of(index).Recycle(Local(index), image);

    internal override string RelativePathOf(int index) => Of(index).RelativePathOf(Local(index));

    private ImageDataSet Of(int index) => index < first.Count ? first : second;

    private int Local(int index) => index < first.Count ? index : index - first.Count;
}
