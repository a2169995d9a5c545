using System.IO.Compression;
using System.Text;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

public sealed class ExifOrientationTests
{
    private static readonly byte[] Jpeg = EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Jpeg, 6, 4);
    private static readonly byte[] WebP = EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Webp, 6, 4);

    /// <summary>TIFF's integer types by number; Pillow and exiftool rotate the image for each of them.</summary>
    public static TheoryData<int, bool> Integers =>
        new(from type in new[] { 1, 3, 4, 6, 8, 9 } from big in new[] { true, false } select (type, big));

    [Theory]
    [MemberData(nameof(Integers))]
    public void Any_type_of_integer_turns_the_picture_in_every_format(int type, bool big)
    {
        byte[] exif = EncodedImages.Exif(6, big, type);
        foreach (byte[] file in new[]
        {
            EncodedImages.WithExif(Jpeg, exif),
            Png(6, 4, exif),
            EncodedImages.WebPWithExif(WebP, 6, 4, exif),
        })
        {
            Assert.Equal(SKEncodedOrigin.RightTop, ExifOrientation.Read(file));
            foreach (JpegDecoder decoder in new[] { JpegDecoder.Skia, JpegDecoder.TurboJpeg }.Where(ImageDecoder.Has))
            {
                RgbImage image = ImageDecoder.Decode(file, "turned", new DataOptions { Decoder = decoder });
                Assert.Equal((4, 6), (image.Width, image.Height));
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(12)]
    public void Other_types_do_not_turn_the_picture(int type)
        => Assert.Equal(
            SKEncodedOrigin.TopLeft, ExifOrientation.Read(Png(1, 1, EncodedImages.Exif(6, big: true, type))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Truncated_or_invalid_entries_are_ignored(bool big)
    {
        byte[] exif = EncodedImages.Exif(6, big);
        for (int length = 0; length < exif.Length; length++)
        {
            Assert.Equal(
                length < 8 + 2 + (2 * 12) ? SKEncodedOrigin.TopLeft : SKEncodedOrigin.RightTop, Of(exif[..length]));
        }

        Assert.Equal(SKEncodedOrigin.TopLeft, Of(EncodedImages.Exif(0, big)));
        Assert.Equal(SKEncodedOrigin.TopLeft, Of(EncodedImages.Exif(9, big)));
        Assert.Equal(SKEncodedOrigin.TopLeft, Of(EncodedImages.Exif(250, big, type: 9)));
        Assert.Equal(SKEncodedOrigin.TopLeft, Of([.. exif[..4], 0x7f, 0xff, 0xff, 0x7f, .. exif[8..]]));
        Assert.Equal(SKEncodedOrigin.TopLeft, Of([.. exif[..4], 0xff, 0xff, 0xff, 0xff, .. exif[8..]]));

        static SKEncodedOrigin Of(byte[] exif)
        {
            SKEncodedOrigin png = ExifOrientation.Read(Png(1, 1, exif));
            Assert.Equal(png, ExifOrientation.Read(EncodedImages.WithExif(Jpeg, exif)));
            Assert.Equal(png, ExifOrientation.Read(EncodedImages.WebPWithExif(WebP, 6, 4, exif)));
            return png;
        }
    }

    [Fact]
    public void The_name_of_jpegs_segment_may_occur_in_the_chunk_of_other_formats()
    {
        byte[] named = [.. "Exif\0\0"u8, .. EncodedImages.Exif(8, big: false)];
        Assert.Equal(SKEncodedOrigin.LeftBottom, ExifOrientation.Read(Png(1, 1, named)));
        Assert.Equal(SKEncodedOrigin.LeftBottom, ExifOrientation.Read(EncodedImages.WebPWithExif(WebP, 6, 4, named)));
    }

    /// <summary>As ImageMagick 6 writes it: 36 bytes per line.</summary>
    [Theory]
    [InlineData("zTXt", "exif")]
    [InlineData("tEXt", "exif")]
    [InlineData("zTXt", "APP1")]
    public void A_png_may_hold_it_as_a_text(string chunk, string kind)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. EncodedImages.Exif(6, big: true)];
        string digits = string.Join('\n', exif.Chunk(36).Select(Convert.ToHexStringLower));
        byte[] text = Encoding.ASCII.GetBytes($"\n{kind}\n{exif.Length,8}\n{digits}\n");
        byte[] content = chunk == "zTXt" ? [0, .. Packed(text)] : text;
        byte[] file = EncodedImages.Png(
            1, 1, 8, 0, [[7]], ("tEXt", "Title\0exif"u8.ToArray()),
            (chunk, [.. Encoding.ASCII.GetBytes($"Raw profile type {kind}\0"), .. content]));
        Assert.Equal(SKEncodedOrigin.RightTop, ExifOrientation.Read(file));
        for (int length = 0; length < content.Length; length++)
        {
            _ = ExifOrientation.Read(EncodedImages.Png(
                1,
                1,
                8,
                0,
                [[7]],
                (chunk, [.. Encoding.ASCII.GetBytes($"Raw profile type {kind}\0"), .. content[..length]])));
        }
    }

    [Fact]
    public void Only_the_first_of_many_texts_is_unpacked()
    {
        (string, byte[]) damaged = ("zTXt", [.. "Raw profile type exif\0\0"u8, .. Packed(new byte[1 << 20])]);
        (string, byte[])[] texts = [.. Enumerable.Repeat(damaged, 100)];
        byte[] file = EncodedImages.Png(1, 1, 8, 0, [[7]], texts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        byte[] exif = EncodedImages.Exif(6, big: true);
        Assert.Equal(
            SKEncodedOrigin.RightTop,
            ExifOrientation.Read(EncodedImages.Png(1, 1, 8, 0, [[7]], [.. texts, ("eXIf", exif)])));
    }

    [Fact]
    public void A_file_that_is_cut_is_upright_and_never_fails()
    {
        byte[] exif = EncodedImages.Exif(6, big: true);
        foreach (byte[] file in new[]
        {
            EncodedImages.WithExif(Jpeg, exif),
            Png(1, 1, exif),
            EncodedImages.WebPWithExif(WebP, 6, 4, exif),
        })
        {
            int tag = file.AsSpan().IndexOf(exif);
            for (int length = 0; length < file.Length; length++)
            {
                SKEncodedOrigin found = ExifOrientation.Read(file.AsSpan(0, length));
                Assert.True(found == SKEncodedOrigin.TopLeft || length >= tag + exif.Length, $"{found} at {length}");
            }
        }
    }

    [Fact]
    public void A_chunk_that_the_header_of_a_webp_does_not_announce_is_ignored()
        => Assert.Equal(
            SKEncodedOrigin.TopLeft,
            ExifOrientation.Read(
                EncodedImages.WebPWithExif(WebP, 6, 4, EncodedImages.Exif(6, big: true), flagged: false)));

    [Fact]
    public void Formats_without_exif_are_upright()
    {
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(EncodedImages.Bmp(2, 2, 1, 2, 3)));
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(Images.Png(1)));
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(Jpeg));
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(WebP));
    }

    private static byte[] Packed(byte[] text)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            zlib.Write(text);
        }

        return packed.ToArray();
    }

    private static byte[] Png(int width, int height, byte[] exif) => EncodedImages.Png(
        width, height, depth: 8, colorType: 0, [.. Enumerable.Repeat(new byte[width], height)], ("eXIf", exif));
}
