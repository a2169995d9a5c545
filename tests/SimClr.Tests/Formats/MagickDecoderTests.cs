using ImageMagick;
using SimClr.Data;
using SimClr.Formats;
using SimClr.Fuzz;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Formats;

/// <summary>
/// The decoder by itself: it is not registered here, because other tests of this process rely on what is unsupported.
/// </summary>
public sealed class MagickDecoderTests
{
    private const int Width = 24;
    private const int Height = 16;

    private static readonly MagickDecoder Decoder = new(restrict: true);

    public static TheoryData<MagickFormat, string> Lossless => new()
    {
        { MagickFormat.Tiff, "a.tif" }, { MagickFormat.Jxl, "a.jxl" },
    };

    [Theory]
    [MemberData(nameof(Lossless))]
    public void The_pixels_are_those_of_the_png(MagickFormat format, string name)
    {
        AssertSame(OfPng(image => image.Clone()), Decoded(Encode(format, Picture()), name));
        Assert.True(Decoder.Recognizes(Encode(format, Picture()), "without an extension"));
        Assert.Equal((Width, Height), Decoder.ReadSize(Encode(format, Picture()), name));
    }

    [Fact]
    public void Avif_is_close_to_the_png()
    {
        byte[] avif = Encode(MagickFormat.Avif, Picture());
        Assert.Equal((Width, Height), Decoder.ReadSize(avif, "a.avif"));
        (int width, int height, byte[] pixels) = Decoded(avif, "a.avif");
        (_, _, byte[] expected) = OfPng(image => image.Clone());
        Assert.Equal((Width, Height), (width, height));
        Assert.InRange(pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Average(), 0, 6);
    }

    [Theory]
    [InlineData(Orientation.TopRight)]
    [InlineData(Orientation.BottomRight)]
    [InlineData(Orientation.LeftTop)]
    [InlineData(Orientation.RightTop)]
    [InlineData(Orientation.LeftBottom)]
    public void A_picture_is_turned_upright(Orientation orientation)
    {
        using MagickImage stored = Picture();
        stored.Orientation = orientation;
        using IMagickImage<byte> upright = stored.Clone();
        upright.AutoOrient();
        AssertSame(Png(upright), Decoded(Encode(MagickFormat.Tiff, stored), "a.tif"));
        AssertSame(Png(upright), Decoded(Encode(MagickFormat.Jxl, stored), "a.jxl"));
    }

    [Fact]
    public void Gray_sixteen_bits_transparency_and_cmyk_become_rgb_over_white()
    {
        using MagickImage gray = Picture();
        gray.ColorType = ColorType.Grayscale;
        AssertSame(Png(gray), Decoded(Encode(MagickFormat.Tiff, gray), "a.tif"));

        using MagickImage deep = Picture();
        deep.Depth = 16;
        AssertSame(OfPng(image => image.Clone()), Decoded(Encode(MagickFormat.Tiff, deep), "a.tif"));

        using MagickImage clear = Picture();
        clear.Alpha(AlphaAction.Set);
        clear.Evaluate(Channels.Alpha, EvaluateOperator.Set, 100);
        AssertSame(Png(clear), Decoded(Encode(MagickFormat.Tiff, clear), "a.tif"));

        using MagickImage inks = Picture();
        inks.ColorSpace = ColorSpace.CMYK;
        (_, _, byte[] pixels) = Decoded(Encode(MagickFormat.Tiff, inks), "a.tif");
        (_, _, byte[] expected) = OfPng(image => image.Clone());
        Assert.InRange(pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Max(), 0, 3);
    }

    [Fact]
    public void Of_several_pages_the_first_is_read()
    {
        using MagickImage first = Picture();
        using var second = new MagickImage();
        second.ReadPixels(new byte[3 * 9], new PixelReadSettings(3, 3, StorageType.Char, PixelMapping.RGB));
        using var pages = new MagickImageCollection { first.Clone(), second.Clone() };
        AssertSame(OfPng(image => image.Clone()), Decoded(pages.ToByteArray(MagickFormat.Tiff), "a.tif"));
    }

    [Fact]
    public void A_raw_file_is_developed_and_turned()
    {
        RgbImage image = Decoder.Decode(RawFiles.Dng(64, 48), "a.DNG");
        Assert.Equal((64, 48), (image.Width, image.Height));
        Assert.InRange(image.Pixels[0] + 60, 0, image.Pixels[(64 * 3) - 3]);   // dark on the left, bright on the right

        RgbImage turned = Decoder.Decode(RawFiles.Dng(64, 48, orientation: 6), "a.dng");
        Assert.Equal((48, 64), (turned.Width, turned.Height));
        Assert.InRange(turned.Pixels[0] + 60, 0, turned.Pixels[^1]);   // dark above, bright below
    }

    [Theory]
    [InlineData("a.tif", MagickFormat.Tiff)]
    [InlineData("a.avif", MagickFormat.Avif)]
    [InlineData("a.jxl", MagickFormat.Jxl)]
    public void A_file_that_is_cut_off_is_unreadable(string name, MagickFormat format)
    {
        byte[] file = Encode(format, Picture());
        foreach (int length in (int[])[13, file.Length / 3, file.Length / 2, file.Length * 9 / 10])
        {
            UnreadableImageException error = Assert.Throws<UnreadableImageException>(
                () => Decoder.Decode(file.AsSpan(0, length), name));
            Assert.Equal(name, error.Path);
            Assert.StartsWith("cannot be decoded: ", error.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("/tmp", error.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(" @ ", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_raw_file_that_is_cut_off_or_of_another_kind_is_unreadable()
    {
        byte[] raw = RawFiles.Dng(64, 48);
        Assert.Throws<UnreadableImageException>(() => Decoder.Decode(raw.AsSpan(0, raw.Length / 2), "a.dng"));
        Assert.Throws<UnreadableImageException>(() => Decoder.Decode(new byte[5000], "a.nef"));
        Assert.Throws<UnreadableImageException>(() => Decoder.ReadSize(raw.AsSpan(0, 100), "a.cr2"));
    }

    /// <summary>Ten gigapixels in 300 bytes.</summary>
    [Fact]
    public void The_size_is_read_without_the_pixels()
        => Assert.Equal((100_000, 100_000), Decoder.ReadSize(RawFiles.Claiming(100_000, 100_000), "a.tif"));

    [Theory]
    [InlineData("push graphic-context\nimage over 0,0 0,0 'https://example.com/a.png'\npop graphic-context", "a.mvg")]
    [InlineData("<?xml version='1.0'?><image><read filename='/etc/passwd'/></image>", "a.msl")]
    [InlineData("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a.tif")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "a.heic")]
    [InlineData("P6 1 1 255 abc", "a.tiff")]
    public void Text_that_imagemagick_would_execute_is_of_no_known_format(string text, string name)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.False(Decoder.Recognizes(bytes, name));
        Assert.Throws<UnreadableImageException>(() => Decoder.Decode(bytes, name));
    }

    [Fact]
    public void The_policy_of_the_process_forbids_every_other_format()
    {
        Assert.Equal(Width, Decoder.Decode(Encode(MagickFormat.Tiff, Picture()), "a.tif").Width);
        byte[] svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray();
        using var image = new MagickImage();
        Assert.Throws<MagickPolicyErrorException>(
            () => image.Read(svg, new MagickReadSettings { Format = MagickFormat.Svg }));
        Assert.Throws<MagickPolicyErrorException>(() => image.Read("https://127.0.0.1:9/a.png"));
        Assert.Throws<MagickPolicyErrorException>(() => image.Read("msl:/dev/null"));
        Assert.Equal(1UL, ResourceLimits.Thread);
        Assert.Equal(0UL, ResourceLimits.Disk);
    }

    [Fact]
    public async Task Several_threads_decode_at_once()
    {
        byte[] tiff = Encode(MagickFormat.Tiff, Picture());
        byte[] avif = Encode(MagickFormat.Avif, Picture());
        (int, int, byte[]) expected = Decoded(tiff, "a.tif");
        (int, int, byte[]) other = Decoded(avif, "a.avif");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                AssertSame(expected, Decoded(tiff, "a.tif"));
                AssertSame(other, Decoded(avif, "a.avif"));
            }
        })));
    }

    private static MagickImage Picture()
    {
        MagickPolicy.Apply(restrict: true);
        byte[] pixels = [.. Enumerable.Range(0, Width * Height).SelectMany(
            i => new[] { (byte)(i % Width * 10), (byte)(i / Width * 15), (byte)(255 - (i % Width * 10)) })];
        var image = new MagickImage();
        image.ReadPixels(pixels, new PixelReadSettings(Width, Height, StorageType.Char, PixelMapping.RGB));
        return image;
    }

    private static byte[] Encode(MagickFormat format, MagickImage image)
    {
        image.Quality = 100;
        return image.ToByteArray(format);
    }

    private static (int Width, int Height, byte[] Pixels) OfPng(Func<MagickImage, IMagickImage<byte>> change)
    {
        using MagickImage image = Picture();
        using IMagickImage<byte> changed = change(image);
        return Png(changed);
    }

    /// <summary>The same pixels as a PNG, read by the built-in decoder.</summary>
    private static (int Width, int Height, byte[] Pixels) Png(IMagickImage<byte> image)
    {
        using IPixelCollection<byte> pixels = image.GetPixels();
        byte[] rgba = pixels.ToByteArray(PixelMapping.RGBA)!;
        RgbImage decoded = ImageDecoder.Decode(
            EncodedImages.Encode(
                (int)image.Width,
                (int)image.Height,
                (x, y) => At(rgba, 4 * ((y * (int)image.Width) + x)),
                SKEncodedImageFormat.Png),
            "a.png");
        return (decoded.Width, decoded.Height, decoded.Pixels.ToArray());
    }

    private static void AssertSame(
        (int Width, int Height, byte[] Pixels) expected, (int Width, int Height, byte[] Pixels) actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }

    private static SKColor At(byte[] rgba, int i) => new(rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]);

    private static (int Width, int Height, byte[] Pixels) Decoded(byte[] file, string name)
    {
        RgbImage image = Decoder.Decode(file, name);
        return (image.Width, image.Height, image.Pixels.ToArray());
    }
}
