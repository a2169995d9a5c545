using System.Buffers.Binary;
using CsCheck;
using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>
/// libturbojpeg's output, compared with SkiaSharp's; skipped if the system does not have libturbojpeg.
/// </summary>
public sealed class TurboJpegTests
{
    private static readonly DataOptions Skia = new() { Decoder = JpegDecoder.Skia };
    private static readonly DataOptions Turbo = new() { Decoder = JpegDecoder.TurboJpeg };

    public static TheoryData<string, byte[]> Files => new()
    {
        { "color, 4:2:0", Photo(200, 151, 90, SKJpegEncoderDownsample.Downsample420) },
        { "color, 4:2:2", Photo(97, 160, 75, SKJpegEncoderDownsample.Downsample422) },
        { "color, 4:4:4", Photo(64, 64, 100, SKJpegEncoderDownsample.Downsample444) },
        { "coarse", Photo(130, 90, 10, SKJpegEncoderDownsample.Downsample420) },
        { "one pixel", Photo(1, 1, 90, SKJpegEncoderDownsample.Downsample420) },
        { "narrow", Photo(3, 200, 90, SKJpegEncoderDownsample.Downsample420) },
        { "gray", Gray(70, 50) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Its_pixels_are_within_one_step_of_the_mean_of_those_of_skia(string kind, byte[] jpeg)
    {
        NeedsLibrary();
        Assert.NotNull(TurboJpeg.TryDecode(jpeg, kind, Turbo));
        AssertClose(ImageDecoder.Decode(jpeg, kind, Skia), ImageDecoder.Decode(jpeg, kind, Turbo), 1);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Both_reduce_while_decoding_to_the_same_pixels(string kind, byte[] jpeg)
    {
        NeedsLibrary();
        foreach (int least in new[] { 1, 10, 25, 40, 1000 })
        {
            AssertClose(
                ImageDecoder.Decode(jpeg, kind, Skia with { ScaledDecode = least }),
                ImageDecoder.Decode(jpeg, kind, Turbo with { ScaledDecode = least }), 1);
        }
    }

    [Theory]
    [InlineData(0, 200, 151)]
    [InlineData(152, 200, 151)]
    [InlineData(77, 200, 151)]
    [InlineData(76, 100, 76)]
    [InlineData(38, 50, 38)]
    [InlineData(19, 25, 19)]
    [InlineData(1, 25, 19)]
    public void The_short_side_keeps_the_requested_pixels(int least, int width, int height)
    {
        byte[] jpeg = Photo(200, 151, 90, SKJpegEncoderDownsample.Downsample420);
        foreach (string decoder in new[] { "skia", "auto" })
        {
            RgbImage image = ImageDecoder.Decode(
                jpeg, "x", new DataOptions { Decoder = EnumText.Parse<JpegDecoder>(decoder), ScaledDecode = least });
            Assert.Equal((width, height), (image.Width, image.Height));
        }
    }

    [Fact]
    public void Decoding_at_half_size_is_close_to_averaging_four_pixels_each()
    {
        byte[] jpeg = Photo(200, 160, 95, SKJpegEncoderDownsample.Downsample420);
        RgbImage whole = ImageDecoder.Decode(jpeg, "x", Skia);
        RgbImage half = ImageDecoder.Decode(jpeg, "x", Skia with { ScaledDecode = 80 });
        double sum = 0;
        for (int i = 0; i < half.Pixels.Length; i++)
        {
            int at = (6 * ((i / 300 * 200) + (i % 300 / 3))) + (i % 3);
            double mean =
                (whole.Pixels[at] + whole.Pixels[at + 3] + whole.Pixels[at + 600] + whole.Pixels[at + 603]) / 4.0;
            sum += Math.Abs(mean - half.Pixels[i]);
        }

        Assert.InRange(sum / half.Pixels.Length, 0, 2);
    }

    [Fact]
    public void Only_jpeg_is_reduced_while_decoding()
    {
        byte[] png = EncodedImages.OfColor(new SKColor(1, 2, 3), SKEncodedImageFormat.Png, 40, 30);
        Assert.Equal(40, ImageDecoder.Decode(png, "x", new DataOptions { ScaledDecode = 5 }).Width);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_exif_orientation_is_applied_as_by_skia(byte orientation)
    {
        NeedsLibrary();
        byte[] jpeg = EncodedImages.WithOrientation(
            Photo(50, 31, 90, SKJpegEncoderDownsample.Downsample420), orientation);
        AssertClose(ImageDecoder.Decode(jpeg, "x", Skia), ImageDecoder.Decode(jpeg, "x", Turbo), 1);
    }

    /// <summary>Every byte of the segment is changed: wrong orders, offsets, counts, types.</summary>
    [Fact]
    public void Broken_exif_data_turn_the_picture_as_skia_does_and_never_fail()
    {
        byte[] jpeg = EncodedImages.WithOrientation(Photo(5, 3, 90, SKJpegEncoderDownsample.Downsample444), 6);
        int end = 4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(4));
        for (int at = 12; at < end; at++)
        {
            foreach (byte value in new byte[] { 0, 1, 3, 8, 9, 0x49, 0x7F, 0xFF })
            {
                byte[] broken = [.. jpeg];
                broken[at] = value;
                using SKCodec codec = SKCodec.Create(SKData.CreateCopy(broken));

                // The one entry that is valid: type 8 is SSHORT, which Skia does not accept as a number and other
                // readers do.
                SKEncodedOrigin expected = (at, value) == (37, 8) ? SKEncodedOrigin.RightTop : codec.EncodedOrigin;
                Assert.Equal((at, value, expected), (at, value, ExifOrientation.Read(broken)));
            }
        }
    }

    [Fact]
    public void Little_endian_exif_is_read_too()
    {
        byte[] jpeg = EncodedImages.WithOrientation(Photo(5, 3, 90, SKJpegEncoderDownsample.Downsample444), 6);
        byte[] tiff = [.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];
        tiff.CopyTo(jpeg, 12);
        Assert.Equal(SKEncodedOrigin.LeftBottom, ExifOrientation.Read(jpeg));
        Assert.Equal(SKEncodedOrigin.TopLeft, ExifOrientation.Read(jpeg.AsSpan(0, 20)));
    }

    [Fact]
    public void Four_inks_and_other_formats_are_left_to_skia()
    {
        NeedsLibrary();
        byte[] inks = EncodedImages.CmykJpeg(200, 10, 60, 30);
        Assert.Null(TurboJpeg.TryDecode(inks, "x", Turbo));
        AssertClose(ImageDecoder.Decode(inks, "x", Skia), ImageDecoder.Decode(inks, "x", Turbo), 0);
        Assert.Null(TurboJpeg.TryDecode(EncodedImages.Bmp(4, 4, 1, 2, 3), "x", Turbo));
    }

    [Fact]
    public void A_cut_off_or_broken_file_is_unreadable_with_skias_words()
    {
        NeedsLibrary();
        byte[] jpeg = Photo(64, 48, 90, SKJpegEncoderDownsample.Downsample420);
        foreach (int length in new[] { 3, 20, jpeg.Length / 2, jpeg.Length - 10 })
        {
            byte[] cut = jpeg[..length];
            Assert.Equal(
                Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode(cut, "x", Skia)).Message,
                Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode(cut, "x", Turbo)).Message);
        }
    }

    [Fact]
    public void Damaged_files_that_skia_reads_are_read_the_same_way()
    {
        NeedsLibrary();
        byte[] whole = Photo(40, 30, 80, SKJpegEncoderDownsample.Downsample420);
        Gen.Select(Gen.Int[2, whole.Length - 1], Gen.Byte).Array[1, 3].Sample(
            changes =>
            {
                byte[] broken = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    broken[at] = value;
                }

                if (Outcome(broken, Skia) is { } size)
                {
                    Assert.Equal(size, Outcome(broken, Turbo));
                }
            },
            iter: 300);

        static string? Outcome(byte[] file, DataOptions options)
        {
            try
            {
                RgbImage image = ImageDecoder.Decode(file, "x", options with { DecodeLimitMegapixels = 1 });
                return $"{image.Width} × {image.Height}";
            }
            catch (UnreadableImageException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void A_broken_file_does_not_spoil_the_good_ones_after_it()
    {
        NeedsLibrary();
        byte[] good = Photo(16, 16, 80, SKJpegEncoderDownsample.Downsample420);
        for (int at = 3; at < good.Length; at++)
        {
            byte[] broken = [.. good];
            broken[at] ^= 0xFF;
            _ = TurboJpeg.TryDecode(broken, "x", Turbo with { DecodeLimitMegapixels = 1e4 });
            Assert.NotNull(TurboJpeg.TryDecode(good, "x", Turbo));
        }
    }

    [Fact]
    public void A_header_that_claims_many_pixels_is_refused_before_they_are_allocated()
    {
        NeedsLibrary();
        byte[] jpeg = Photo(16, 16, 90, SKJpegEncoderDownsample.Downsample420);
        int frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), 60000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), 60000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UnreadableImageException>(
            () => ImageDecoder.Decode(jpeg, "x", Turbo with { ScaledDecode = 1 }));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.StartsWith("60000 × 60000 pixels are 3600 megapixels", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Concurrent_decoding_gives_the_same_result()
    {
        NeedsLibrary();
        byte[][] files = [.. Files.Select(row => row.Data.Item2)];
        byte[][] alone = [.. files.Select(file => ImageDecoder.Decode(file, "x", Turbo).Pixels.ToArray())];
        Parallel.For(0, 200, i => Assert.Equal(
            alone[i % files.Length], ImageDecoder.Decode(files[i % files.Length], "x", Turbo).Pixels.ToArray()));
    }

    [Fact]
    public void Without_the_library_auto_uses_skia_and_an_explicit_choice_explains_what_to_do()
    {
        Assert.Equal(TurboJpeg.IsAvailable ? "turbojpeg" : "skia", ImageDecoder.NameFor(new DataOptions()));
        if (!TurboJpeg.IsAvailable)
        {
            var error = Assert.Throws<ConfigurationException>(() => DataSets.Open("sample:", Turbo));
            Assert.Contains("the system has no libturbojpeg", error.Message, StringComparison.Ordinal);
        }
    }

    private static void NeedsLibrary() => Assert.SkipUnless(TurboJpeg.IsAvailable, "the system has no libturbojpeg");

    /// <summary>A photograph-like image: shades, edges, and some noise.</summary>
    private static byte[] Photo(int width, int height, int quality, SKJpegEncoderDownsample downsample)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < width * height; i++)
        {
            (int x, int y) = (i % width, i / width);
            int noise = (i * 7919 % 31) - 15;
            bool inside = ((x - (width / 2)) * (x - (width / 2))) + ((y - (height / 2)) * (y - (height / 2))) < 900;
            (int red, int green, int blue) = inside ? (220, 60, 40) : (x * 255 / width, y * 255 / height, 128);
            bitmap.SetPixel(x, y, new SKColor(Level(red + noise), Level(green + noise), Level(blue - noise)));
        }

        using SKPixmap pixels = bitmap.PeekPixels();
        using SKData data = pixels.Encode(
            new SKJpegEncoderOptions(quality, downsample, SKJpegEncoderAlphaOption.Ignore))!;
        return data.ToArray();

        static byte Level(int value) => (byte)Math.Clamp(value, 0, 255);
    }

    private static byte[] Gray(int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8));
        for (int i = 0; i < width * height; i++)
        {
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)(i % 250), (byte)(i % 250), (byte)(i % 250)));
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    private static void AssertClose(RgbImage expected, RgbImage actual, double mean)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        double sum = 0;
        for (int i = 0; i < expected.Pixels.Length; i++)
        {
            sum += Math.Abs(expected.Pixels[i] - actual.Pixels[i]);
        }

        Assert.InRange(sum / expected.Pixels.Length, 0, mean);
    }
}
