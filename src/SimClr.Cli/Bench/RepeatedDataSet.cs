using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Bench;

/// <summary>
/// A given number of images, repeated from a set as often as needed, without labels. Owns the source set.
/// </summary>
internal sealed class RepeatedDataSet(ImageDataSet source, int count) : DelegatingDataSet(source)
{
    public override int Count => count;

    public override IReadOnlyList<int>? Labels => null;

    public override IReadOnlyList<string>? ClassNames => null;

    public override IReadOnlyList<sbyte[]>? MultiLabels => null;

    public override string? NoLabelsReason => null;

    public override string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{Source.Fingerprint}*{count}");

    // The measurement includes reading, so that even images that cost nothing to read are read each time.
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
