using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Bench;

/// <summary>As many images as are asked for, gone through again and again, without their labels.</summary>
internal sealed class RepeatedDataSet(ImageDataSet source, int count) : ImageDataSet
{
    public override string Name => source.Name;

    public override int Count => count;

    public override string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{source.Fingerprint}*{count}");

    public override string PathOf(int index) => source.PathOf(index % source.Count);

    public override RgbImage Read(int index) => source.Read(index % source.Count);

    internal override void Recycle(int index, RgbImage image) => source.Recycle(index % source.Count, image);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
