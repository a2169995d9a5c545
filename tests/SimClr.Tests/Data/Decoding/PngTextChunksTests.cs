using System.IO.Compression;
using SimClr.Data;
using SimClr.Duplicates;
using SkiaSharp;

namespace SimClr.Tests.Data;

public sealed class PngTextChunksTests
{
    private static readonly (string, byte[]) Gamma = ("gAMA", [0, 0, 0xB1, 0x8F]);
    private static readonly (string, byte[]) Exif = ("eXIf", EncodedImages.Exif(6, big: true));
    private static readonly (string, byte[]) Unpacking = ("zTXt", [.. "Comment\0\0"u8, .. Packed(new byte[1 << 20])]);
    private static readonly (string, byte[]) Plain = ("tEXt", [.. "Title\0a"u8]);
    private static readonly (string, byte[]) International = ("iTXt", [.. "Title\0\0\0en\0T\0a"u8]);

    private static readonly byte[] WithTexts = Png(Unpacking, Gamma, Plain, Plain, Exif, International, Unpacking);
    private static readonly byte[] WithoutTexts = Png(Gamma, Exif);

    [Fact]
    public void A_decoder_receives_all_chunks_but_the_texts()
    {
        Assert.Equal(WithoutTexts, LeftOf(WithTexts));
        Assert.Equal(WithoutTexts, LeftOf(WithoutTexts));
        Assert.Equal(Png(), LeftOf(Png(Plain)));
        RgbImage image = ImageDecoder.Decode(WithTexts, "a.png");
        Assert.Equal((1, 2), (image.Width, image.Height));   // Rotated by its EXIF.
        Assert.Equal(ImageDecoder.Decode(WithoutTexts, "a.png").Pixels.ToArray(), image.Pixels.ToArray());
        Assert.Equal((2, 1), ImageDecoder.SizeOf(WithTexts));
    }

    [Fact]
    public void Texts_behind_the_pixels_are_left_out_too()
    {
        int end = WithoutTexts.Length - 12;   // IEND
        byte[] text = WithTexts[33..WithTexts.AsSpan().IndexOf("gAMA"u8)][..^4];   // The first chunk after IHDR.
        Assert.Equal(WithoutTexts, LeftOf([.. WithoutTexts[..end], .. text, .. WithoutTexts[end..]]));
    }

    [Fact]
    public void Only_complete_text_chunks_are_removed_from_a_truncated_file()
    {
        byte[] png = Png(Plain, Gamma, International);
        for (int length = 0; length <= png.Length; length++)
        {
            byte[] left = LeftOf(png[..length]);
            Assert.InRange(left.Length, length - (12 + Plain.Item2.Length) - (12 + International.Item2.Length), length);
            Assert.Equal(png[..Math.Min(33, length)], left[..Math.Min(33, length)]);
        }
    }

    [Fact]
    public void Other_formats_are_passed_unchanged()
    {
        byte[] jpeg = EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Jpeg);
        Assert.Equal(jpeg, LeftOf(jpeg));
        byte[] long31 = [.. WithoutTexts[..33], 0xFF, 0xFF, 0xFF, 0xFF, .. "tEXt"u8, 0, 0, 0, 0, .. WithoutTexts[33..]];
        Assert.Equal(long31, LeftOf(long31));
    }

    /// <summary>
    /// Icons stay unsupported: their parts would need the same bounds as those of the supported formats.
    /// </summary>
    [Fact]
    public void An_icon_is_refused_under_any_extension()
    {
        byte[] entry = [2, 1, 0, 0, 1, 0, 8, 0, .. BitConverter.GetBytes(WithTexts.Length), 22, 0, 0, 0];
        byte[] icon = [0, 0, 1, 0, 1, 0, .. entry, .. WithTexts];
        byte[] wireless = [0, 0, 8, 1, 0x55];
        foreach (byte[] file in new[] { icon, wireless })
        {
            var error = Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode(file, "a.png"));
            Assert.StartsWith("not an image of a known format", error.Reason, StringComparison.Ordinal);
            Assert.Null(ImageDecoder.SizeOf(file));
        }
    }

    [Fact]
    public void The_size_of_a_file_is_found_without_its_texts()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new ImageFacts(2, 1, WithTexts.Length), ImageFacts.Read(folder.Write("a.png", WithTexts)));
    }

    private static byte[] LeftOf(byte[] file)
    {
        using SKData data = PngTextChunks.Strip(file);
        return data.ToArray();
    }

    private static byte[] Png(params (string, byte[])[] extra) => EncodedImages.Png(2, 1, 8, 0, [[7, 200]], extra);

    private static byte[] Packed(byte[] text)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            zlib.Write(text);
        }

        return packed.ToArray();
    }
}
