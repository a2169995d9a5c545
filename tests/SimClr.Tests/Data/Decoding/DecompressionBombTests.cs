using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>Images of 9,500 × 9,500 pixels: 361 MB as RGBA, and below the limit on megapixels.</summary>
public sealed class DecompressionBombTests
{
    private const int Side = 9500;
    private const int RowBytes = (Side + 7) / 8;

    /// <summary>The first would fit into so few bytes but does not hold the pixels; the others could not fit.</summary>
    [Theory]
    [InlineData(1, 0, 20)]
    [InlineData(8, 0, 80)]
    [InlineData(8, 2, 250)]
    public void A_small_png_that_claims_too_much_is_refused_before_memory_is_taken(
        byte depth, byte color, int kilobytes)
    {
        byte[] noise = new byte[1000 * kilobytes];
        new Random(7).NextBytes(noise);
        byte[] png = EncodedImages.Png(Side, Side, depth, color, [noise]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UnreadableImageException>(() => ImageDecoder.Decode(png, "a.png"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(
            $"its header claims 9500 × 9500 pixels, more than a file of {png.Length} bytes can "
                + "hold: it is cut off or broken",
            error.Reason);
    }

    /// <summary>A blank page, as a scanner writes it.</summary>
    [Fact]
    public void A_large_blank_page_may_be_a_small_file()
    {
        byte[] Page(int rows) => EncodedImages.Png(Side, Side, 1, 0, [.. Enumerable.Repeat(new byte[RowBytes], rows)]);
        Assert.InRange(Page(Side).Length, 11_000, 200_000);
        DecompressionBomb.Check(Page(Side), Side, Side, "blank.png");
        Assert.Throws<UnreadableImageException>(() => DecompressionBomb.Check(Page(Side - 100), Side, Side, "cut.png"));
    }

    /// <summary>Even an encoder's emptiest image is not smaller than the required minimum.</summary>
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 1024)]
    [InlineData(SKEncodedImageFormat.Webp, 1024)]
    public void Each_block_takes_some_bits(SKEncodedImageFormat format, int pixelsPerByte)
        => Assert.InRange(Lossy(format, 1024).Length, 1 + (1024 * 1024 / pixelsPerByte), int.MaxValue);

    [Fact]
    public void Small_files_of_other_formats_hold_no_large_picture()
    {
        byte[] lossless = EncodedImages.OfColor(SKColors.White, SKEncodedImageFormat.Webp, 64, 64);
        DecompressionBomb.Check(lossless, Side, Side, "blank.webp");
        byte[] bmp = EncodedImages.Bmp(2, 2, 1, 2, 3);
        byte[] webp = Lossy(SKEncodedImageFormat.Webp, 8);
        byte[] extended = EncodedImages.WebPWithExif(webp, 8, 8, EncodedImages.Exif(1, big: true));
        byte[][] files = [bmp, Lossy(SKEncodedImageFormat.Jpeg, 8), webp, extended];
        Assert.All(
            files,
            file => Assert.Throws<UnreadableImageException>(() => DecompressionBomb.Check(file, Side, Side, "a")));
        Assert.All(files, file => DecompressionBomb.Check(file, 6000, 6000, "no more than 256 MB"));
    }

    /// <summary>Each of these is a valid image of any size in a few dozen bytes.</summary>
    [Fact]
    public void Blocks_that_may_encode_any_number_of_pixels_are_not_refused()
    {
        byte[] runs = EncodedImages.Bmp(2, 2, 1, 2, 3);
        runs[30] = 1;   // Run lengths: a code of two bytes may end a line, or the image.
        byte[] arithmetic = Lossy(SKEncodedImageFormat.Jpeg, 8);
        int frame = arithmetic.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        arithmetic[frame + 1] = 0xC9;
        byte[] animated = EncodedImages.WebPWithExif(
            Lossy(SKEncodedImageFormat.Webp, 8), 8, 8, EncodedImages.Exif(1, big: true));
        animated[20] |= 2;   // A frame of an animation may cover a part of its canvas, as in a GIF.
        byte[][] files = [runs, EncodedImages.Gif([0, 1, 2, 3]), arithmetic, animated];
        Assert.All(files, file => DecompressionBomb.Check(file, Side, Side, "a"));
    }

    private static byte[] Lossy(SKEncodedImageFormat format, int side)
    {
        using var bitmap = new SKBitmap(side, side);
        bitmap.Erase(SKColors.White);
        using SKData data = bitmap.Encode(format, 50);
        return data.ToArray();
    }
}
