using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Bench;

/// <summary>
/// As many images as are asked for, gone through again and again, without their labels. It owns the set that it repeats.
/// </summary>
internal sealed class RepeatedDataSet(ImageDataSet source, int count) : DelegatingDataSet(source)
{
    public override int Count => count;

    public override IReadOnlyList<int>? Labels => null;

    public override IReadOnlyList<string>? ClassNames => null;

    public override IReadOnlyList<sbyte[]>? MultiLabels => null;

    public override string? NoLabelsReason => null;

    public override string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{Source.Fingerprint}*{count}");

    // Reading is what is measured: also images that cost nothing to read are read each time.
    public override bool IsDecoded => false;

    protected override (ImageDataSet Images, int Index) Locate(int index) => (Source, index % Source.Count);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Source.Dispose();
        }

        base.Dispose(disposing);
    }
}
