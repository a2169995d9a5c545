using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Duplicates;

/// <summary>
/// Copies of the images of a set, made on demand: of each image, one per <see cref="CopyChange"/>, as programs and
/// people make them. The seed, the image's index and the change fix a copy.
/// </summary>
internal sealed class CopiedDataSet : DelegatingDataSet
{
    /// <summary>The number of copies of each image.</summary>
    public const int Changes = 4;

    // A scaled copy is meant for a page or a mail.
    private const int MaxScaledSide = 1024;
    private const int JpegQuality = 95;

    private readonly long seed;

    /// <summary>Wraps a set, whose every image has <see cref="Changes"/> copies in a row.</summary>
    public CopiedDataSet(ImageDataSet images, long seed)
        : base(images) => this.seed = seed;

    public override int Count => Changes * Source.Count;

    public override IReadOnlyList<int>? Labels => null;

    public override IReadOnlyList<sbyte[]>? MultiLabels => null;

    public override string Fingerprint => $"{Source.Fingerprint}-copies-{seed}";

    public override bool IsDecoded => false;   // Each read computes the image.

    public override RgbImage Read(int index)
    {
        (ImageDataSet images, int own) = Locate(index);
        RgbImage image = images.Read(own);
        RgbImage copy = Change(image, (CopyChange)(index % Changes), own);
        if (copy != image)
        {
            images.Recycle(own, image);
        }

        return copy;
    }

    public override void Recycle(int index, RgbImage image)
    {
        // The image may not belong to the source.
    }

    protected override (ImageDataSet Images, int Index) Locate(int index) => (Source, index / Changes);

    private RgbImage Change(RgbImage image, CopyChange change, int index)
    {
        var stream = new RandomStream(seed, Purpose.Copies, index, (long)change);
        return change switch
        {
            CopyChange.Crop => Crop(image, ref stream),
            CopyChange.Scale => Scale(image, stream.Uniform(0.3, 0.75)),
            CopyChange.Recompress => Recompress(image, 20 + stream.NextInt(61)),
            _ => Recompress(Recolor(image, ref stream), JpegQuality),
        };
    }

    /// <summary>Cuts 5 to 15% off each axis, anywhere.</summary>
    private static RgbImage Crop(RgbImage image, ref RandomStream stream)
    {
        int width = Math.Max(1, (int)(image.Width * stream.Uniform(0.85, 0.95)));
        int height = Math.Max(1, (int)(image.Height * stream.Uniform(0.85, 0.95)));
        int left = stream.NextInt(image.Width - width + 1);
        int top = stream.NextInt(image.Height - height + 1);
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++)
        {
            image.Pixels.Slice(3 * (((top + y) * image.Width) + left), 3 * width).CopyTo(pixels.AsSpan(3 * y * width));
        }

        return new RgbImage(width, height, pixels);
    }

    private static RgbImage Scale(RgbImage image, double factor)
    {
        int side = (int)Math.Clamp(factor * Math.Min(image.Width, image.Height), 1, MaxScaledSide);
        using var one = new InMemoryDataSet([image]);
        return new ResizedDataSet(one, side).Read(0);
    }

    private static RgbImage Recompress(RgbImage image, int quality)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> target = bitmap.GetPixelSpan();
        ReadOnlySpan<byte> source = image.Pixels;
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            (target[4 * i], target[(4 * i) + 1], target[(4 * i) + 2], target[(4 * i) + 3]) =
                (source[3 * i], source[(3 * i) + 1], source[(3 * i) + 2], byte.MaxValue);
        }

        using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        return ImageDecoder.Decode(encoded.AsSpan(), "a recompressed copy");
    }

    /// <summary>
    /// Changes brightness, contrast and the balance of the channels, as the filters of a phone do: a table per channel.
    /// </summary>
    private static RgbImage Recolor(RgbImage image, ref RandomStream stream)
    {
        double contrast = stream.Uniform(0.8, 1.25);
        double brightness = stream.Uniform(-25, 25);
        byte[][] tables = new byte[3][];
        for (int channel = 0; channel < 3; channel++)
        {
            double gain = contrast * stream.Uniform(0.9, 1.1);
            tables[channel] = [.. Enumerable.Range(0, 256).Select(
                value => (byte)Math.Clamp((gain * (value - 128)) + 128 + brightness, 0, 255))];
        }

        byte[] pixels = new byte[image.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = tables[i % 3][image.Pixels[i]];
        }

        return new RgbImage(image.Width, image.Height, pixels);
    }
}
