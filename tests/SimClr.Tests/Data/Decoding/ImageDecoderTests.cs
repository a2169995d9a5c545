using CsCheck;
using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

public sealed class ImageDecoderTests
{
    private static readonly SKColor Teal = new(20, 130, 120);

    public static TheoryData<SKEncodedImageFormat> Formats =>
        [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_picture_of_each_format_keeps_size_and_color(SKEncodedImageFormat format)
    {
        RgbImage image = Decode(EncodedImages.OfColor(Teal, format, width: 6, height: 3));
        Assert.Equal((6, 3), (image.Width, image.Height));
        AssertColor(image, (20, 130, 120), tolerance: 3);
    }

    [Fact]
    public void A_bmp_is_read_as_rgb()
    {
        RgbImage image = Decode(EncodedImages.Bmp(3, 2, red: 10, green: 200, blue: 90));
        Assert.Equal((3, 2), (image.Width, image.Height));
        AssertColor(image, (10, 200, 90));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(22)]
    public void Rows_and_columns_are_where_they_belong(int width)
    {
        SKColor At(int x, int y) => new((byte)(10 * x), (byte)(20 * y), 7);
        RgbImage image = Decode(EncodedImages.Encode(width, 3, At, SKEncodedImageFormat.Png));
        Assert.Equal(9 * width, image.Pixels.Length);
        for (int i = 0; i < 3 * width; i++)
        {
            Assert.Equal(
                [(byte)(10 * (i % width)), (byte)(20 * (i / width)), 7],
                image.Pixels[(3 * i)..((3 * i) + 3)].ToArray());
        }
    }

    [Fact]
    public void The_first_frame_of_a_gif_is_read_with_transparency_over_white()
    {
        Assert.Equal(
            [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0], Decode(EncodedImages.Gif([0, 1, 2, 3])).Pixels.ToArray());
        byte[] seeThrough = EncodedImages.Gif([0, 1, 2, 3], transparent: 0);
        Assert.Equal([255, 255, 255, 0, 255, 0, 0, 0, 255, 0, 0, 0], Decode(seeThrough).Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 255)]
    [InlineData(51, 204)]
    [InlineData(255, 0)]
    public void Transparency_is_laid_over_white(int alpha, int others)
    {
        RgbImage image = Decode(EncodedImages.OfColor(new SKColor(255, 0, 0, (byte)alpha), SKEncodedImageFormat.Png));
        AssertColor(image, (255, others, others));
    }

    /// <summary>Windows and Photoshop show such a file in its colors: it is not meant to be invisible.</summary>
    [Theory]
    [InlineData(108)]
    [InlineData(124)]
    public void The_colors_of_a_bmp_with_alpha_0_everywhere_are_read(int header)
    {
        RgbImage image = Decode(
            EncodedImages.Bmp32(header, [1, 2, 3, 0, 4, 5, 6, 0, 90, 200, 10, 0, 255, 255, 0, 0], width: 2));
        Assert.Equal([10, 200, 90, 0, 255, 255, 3, 2, 1, 6, 5, 4], image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(108)]
    [InlineData(124)]
    public void One_visible_pixel_makes_the_other_pixels_of_a_bmp_transparent(int header)
    {
        RgbImage image = Decode(EncodedImages.Bmp32(header, [1, 2, 3, 0, 4, 5, 6, 255], width: 2));
        Assert.Equal([255, 255, 255, 6, 5, 4], image.Pixels.ToArray());
    }

    [Fact]
    public void The_fourth_byte_of_a_bmp_without_a_mask_is_not_alpha()
        => Assert.Equal(
            [3, 2, 1, 6, 5, 4], Decode(EncodedImages.Bmp32(40, [1, 2, 3, 0, 4, 5, 6, 7], width: 2)).Pixels.ToArray());

    [Fact]
    public void A_cmyk_jpeg_becomes_rgb()
    {
        byte[] jpeg = EncodedImages.CmykJpeg(cyan: 0, magenta: 255, yellow: 51, black: 51);
        AssertColor(Decode(jpeg), (204, 0, 163), tolerance: 1);
    }

    [Fact]
    public void Gray_pngs_of_8_and_16_bits_become_rgb()
    {
        AssertColor(Decode(EncodedImages.Png(2, 1, depth: 8, colorType: 0, [[77, 77]])), (77, 77, 77));
        AssertColor(Decode(EncodedImages.Png(1, 1, depth: 16, colorType: 0, [[77, 0]])), (77, 77, 77));
    }

    [Fact]
    public void A_gray_jpeg_becomes_rgb()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(8, 8, SKColorType.Gray8));
        bitmap.Erase(new SKColor(90, 90, 90));
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        AssertColor(Decode(jpeg.ToArray()), (90, 90, 90), tolerance: 1);
    }

    [Fact]
    public void A_png_with_16_bits_per_channel_becomes_8()
    {
        byte[] png = EncodedImages.Png(1, 1, depth: 16, colorType: 2, [[10, 0, 200, 0, 90, 0]]);
        AssertColor(Decode(png), (10, 200, 90));
    }

    [Fact]
    public void A_palette_png_with_and_without_transparency_becomes_rgb()
    {
        (string, byte[]) palette = ("PLTE", [10, 200, 90, 0, 0, 0]);
        AssertColor(Decode(EncodedImages.Png(2, 1, depth: 8, colorType: 3, [[0, 0]], palette)), (10, 200, 90));
        byte[] seeThrough = EncodedImages.Png(2, 1, depth: 8, colorType: 3, [[1, 1]], palette, ("tRNS", [255, 0]));
        AssertColor(Decode(seeThrough), (255, 255, 255));
    }

    /// <summary>
    /// EXIF 2.3, tag 0x0112: the visual sides on which the first stored row and the first stored column lie.
    /// </summary>
    [Theory]
    [InlineData(1, "top", "left")]
    [InlineData(2, "top", "right")]
    [InlineData(3, "bottom", "right")]
    [InlineData(4, "bottom", "left")]
    [InlineData(5, "left", "top")]
    [InlineData(6, "right", "top")]
    [InlineData(7, "right", "bottom")]
    [InlineData(8, "left", "bottom")]
    public void The_exif_orientation_is_applied(byte orientation, string firstRow, string firstColumn)
    {
        const int width = 48;
        const int height = 32;
        bool upright = firstRow is "top" or "bottom";
        SKColor Stored(int column, int row)
        {
            (int along, int down) = upright ? (column, row) : (row, column);
            bool fromRight = firstRow == "right" || firstColumn == "right";
            bool fromBottom = firstRow == "bottom" || firstColumn == "bottom";
            return Gray(fromRight ? width - 1 - along : along, fromBottom ? height - 1 - down : down);
        }

        (int columns, int rows) = upright ? (width, height) : (height, width);
        byte[] jpeg = EncodedImages.Encode(columns, rows, Stored, SKEncodedImageFormat.Jpeg);
        AssertUpright(Decode(EncodedImages.WithOrientation(jpeg, orientation)));
        byte[][] pixels = [.. Enumerable.Range(0, rows).Select(
            y => Enumerable.Range(0, columns).Select(x => Stored(x, y).Red).ToArray())];
        foreach (bool big in new[] { true, false })
        {
            (string, byte[]) chunk = ("eXIf", EncodedImages.Exif(orientation, big));
            AssertUpright(Decode(EncodedImages.Png(columns, rows, depth: 8, colorType: 0, pixels, chunk)));
        }

        static void AssertUpright(RgbImage image)
        {
            Assert.Equal((width, height), (image.Width, image.Height));
            for (int i = 0; i < width * height; i++)
            {
                Assert.InRange(image.Pixels[3 * i] - Gray(i % width, i / width).Red, -3, 3);
            }
        }

        static SKColor Gray(int x, int y)
        {
            byte level = (byte)(40 * (1 + (x / 16) + (3 * (y / 16))));
            return new SKColor(level, level, level);
        }
    }

    [Fact]
    public void A_header_that_claims_60000_by_60000_pixels_is_refused_before_pixels_are_allocated()
    {
        byte[] png = EncodedImages.Png(60000, 60000, depth: 8, colorType: 2, [[0]]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UnreadableImageException>(() => Decode(png));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(
            "60000 × 60000 pixels are 3600 megapixels, more than the 100 of data.decode_limit_megapixels",
            error.Reason);
    }

    [Fact]
    public void The_limit_on_megapixels_can_be_changed()
    {
        byte[] png = EncodedImages.OfColor(Teal, SKEncodedImageFormat.Png, 20, 10);
        var below = new DataOptions { DecodeLimitMegapixels = 0.000199 };
        var equal = new DataOptions { DecodeLimitMegapixels = 0.0002 };
        Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode(png, "x", below));
        Assert.Equal(20, ImageDecoder.Decode(png, "x", equal).Width);
    }

    [Fact]
    public void An_empty_file_and_a_text_file_are_reported_as_unreadable()
    {
        Assert.Equal("the file is empty", Assert.Throws<UnreadableImageException>(() => Decode([])).Reason);
        var error = Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode("no picture"u8, "a/b.jpg"));
        Assert.Equal("a/b.jpg", error.Path);
        Assert.StartsWith("a/b.jpg: not an image of a known format", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Files
    {
        get
        {
            static SKColor Noise(int x, int y) => new((byte)(37 * x * y), (byte)(91 * x), (byte)(53 * y));
            byte[] Of(SKEncodedImageFormat format) => EncodedImages.Encode(32, 24, Noise, format);
            return new TheoryData<string, byte[]>
            {
                { "jpeg", Of(SKEncodedImageFormat.Jpeg) },
                { "png", Of(SKEncodedImageFormat.Png) },
                { "webp", Of(SKEncodedImageFormat.Webp) },
                { "bmp", EncodedImages.Bmp(32, 24, 1, 2, 3) },
                { "gif", EncodedImages.Gif([0, 1, 2, 3]) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_cut_off_is_unreadable(string format, byte[] whole)
    {
        Assert.True(Decode(whole).Width > 0, format);
        int pixelsEnd = format == "gif" ? whole.Length / 2 : whole.Length;
        for (int part = 1; part <= 3; part++)
        {
            byte[] cut = whole[..(pixelsEnd * part / 4)];
            Assert.Throws<UnreadableImageException>(() => Decode(cut));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Broken_bytes_give_an_image_or_an_UnreadableImageException(string format, byte[] whole)
        => Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 20].Sample(
            changes =>
            {
                byte[] broken = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    broken[at] = value;
                }

                try
                {
                    RgbImage image = ImageDecoder.Decode(broken, format, new DataOptions { DecodeLimitMegapixels = 1 });
                    Assert.Equal(3 * image.Width * image.Height, image.Pixels.Length);
                }
                catch (UnreadableImageException error)
                {
                    Assert.Equal(format, error.Path);
                }
            },
            iter: 100);

    [Fact]
    public void Concurrent_decoding_gives_the_same_result()
    {
        byte[][] files = [.. Files.Select(row => row.Data.Item2)];
        byte[][] alone = [.. files.Select(file => Decode(file).Pixels.ToArray())];
        Parallel.For(
            0, 200, i => Assert.Equal(alone[i % files.Length], Decode(files[i % files.Length]).Pixels.ToArray()));
    }

    [Fact]
    public void A_stream_is_read_like_an_array()
    {
        using var stream = new MemoryStream(EncodedImages.OfColor(Teal, SKEncodedImageFormat.Png));
        AssertColor(ImageDecoder.Decode(stream, "x"), (20, 130, 120));
    }

    private static RgbImage Decode(byte[] bytes) => ImageDecoder.Decode(bytes, "test");

    private static void AssertColor(RgbImage image, (int Red, int Green, int Blue) color, int tolerance = 0)
    {
        foreach (byte[] pixel in image.Pixels.ToArray().Chunk(3))
        {
            Assert.InRange(pixel[0], color.Red - tolerance, color.Red + tolerance);
            Assert.InRange(pixel[1], color.Green - tolerance, color.Green + tolerance);
            Assert.InRange(pixel[2], color.Blue - tolerance, color.Blue + tolerance);
        }
    }
}
