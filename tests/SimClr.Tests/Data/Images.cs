using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>Synthetic images whose red channel is their number.</summary>
internal static class Images
{
    public static RgbImage Of(int number) => new(2, 1, [(byte)number, 1, 2, (byte)number, 3, 4]);

    public static byte[] Png(int number)
        => EncodedImages.OfColor(new SKColor((byte)number, 1, 2), SKEncodedImageFormat.Png, 2, 1);

    public static int NumberOf(RgbImage image) => image.Pixels[0];

    public static int[] NumbersOf(ImageDataSet images)
        => [.. Enumerable.Range(0, images.Count).Select(index => NumberOf(images.Read(index)))];

    /// <summary>A set in which image i has the number i and some images cannot be read.</summary>
    public static FlawedDataSet Set(int count, params int[] unreadable) => new(count, unreadable);
}

/// <summary>A set in memory that streams, counts its reads, and has unreadable images.</summary>
internal sealed class FlawedDataSet(int count, int[] unreadable) : ImageDataSet
{
    private int reads;

    public int Reads => reads;

    public override string Name => "flawed";

    public override int Count => count;

    public override IReadOnlyList<int> Labels => [.. Enumerable.Range(0, count).Select(index => index % 3)];

    public override IReadOnlyList<string> ClassNames => ["a", "b", "c"];

    public override string Fingerprint => "f1a3ed";

    public override string PathOf(int index) => $"image{index}";

    public override RgbImage Read(int index)
    {
        Interlocked.Increment(ref reads);
        return unreadable.Contains(index)
            ? throw new UnreadableImageException(PathOf(index), "made so")
            : Images.Of(index);
    }
}
