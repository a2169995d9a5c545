using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>A decoder of a format that no other test knows, because registration holds for the process.</summary>
public sealed class RegisteredDecoderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    static RegisteredDecoderTests() => ImageDecoder.Register(new Squares());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_and_the_decoder_know_the_format()
    {
        string root = folder.PathOf("photos");
        Directory.CreateDirectory(root);
        File.WriteAllBytes(Path.Combine(root, "a.square"), [.. "square"u8, 3]);
        File.WriteAllBytes(
            Path.Combine(root, "b.png"), EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png));
        using ImageDataSet images = DataSets.Open(root);
        Assert.Equal(2, images.Count);
        Assert.Equal((3, 3), (images.Read(0).Width, images.Read(0).Height));
        Assert.Equal(7, images.Read(0).Pixels[0]);
        Assert.True(ImageDecoder.KnowsExtensionOf("A.SQUARE"));
        Assert.Equal((3, 3), ImageDecoder.SizeOf([.. "square"u8, 3]));
        Assert.Null(ImageDecoder.SizeOf([.. "square"u8, 0]));
    }

    [Fact]
    public void The_limit_on_megapixels_holds_for_it()
    {
        byte[] large = [.. "square"u8, 200];
        UnreadableImageException error = Assert.Throws<UnreadableImageException>(
            () => ImageDecoder.Decode(large, "a.square", new DataOptions { DecodeLimitMegapixels = 0.01 }));
        Assert.StartsWith(
            "200 × 200 pixels are 0.04 megapixels, more than the 0.01", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_builtin_format_is_never_passed_to_it()
    {
        byte[] png = EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png);
        Assert.Equal(255, ImageDecoder.Decode(png, "named.square").Pixels[0]);
    }

    private sealed class Squares : IImageDecoder
    {
        public IReadOnlyList<string> Extensions => [".square"];

        public bool Recognizes(ReadOnlySpan<byte> encoded, string path)
            => encoded.StartsWith("square"u8) || encoded is [0x89, (byte)'P', ..];

        public (int Width, int Height) ReadSize(ReadOnlySpan<byte> encoded, string path)
            => encoded[6] > 0 ? (encoded[6], encoded[6]) : throw new UnreadableImageException(path, "it is empty");

        public RgbImage Decode(ReadOnlySpan<byte> encoded, string path)
        {
            byte[] pixels = new byte[3 * encoded[6] * encoded[6]];
            Array.Fill(pixels, (byte)7);
            return new RgbImage(encoded[6], encoded[6], pixels);
        }
    }
}
