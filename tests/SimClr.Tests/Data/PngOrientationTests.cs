using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

public sealed class PngOrientationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chunk_that_is_cut_or_states_nonsense_is_passed_over(bool big)
    {
        byte[] exif = EncodedImages.Exif(6, big);
        Assert.Equal(SKEncodedOrigin.RightTop, Of(exif));
        for (int length = 0; length < exif.Length; length++)
        {
            Assert.Equal(length < 8 + 2 + (2 * 12) ? null : SKEncodedOrigin.RightTop, Of(exif[..length]));
        }

        Assert.Null(Of(EncodedImages.Exif(0, big)));
        Assert.Null(Of(EncodedImages.Exif(9, big)));
        Assert.Null(Of([.. exif[..4], 0x7f, 0xff, 0xff, 0x7f, .. exif[8..]]));
        Assert.Null(Of([.. exif[..4], 0xff, 0xff, 0xff, 0xff, .. exif[8..]]));
    }

    [Fact]
    public void A_file_that_is_cut_or_no_png_states_none()
    {
        byte[] png = Png(EncodedImages.Exif(6, big: true));
        int chunk = png.AsSpan().IndexOf("eXIf"u8);
        for (int length = 0; length < chunk + 4 + EncodedImages.Exif(6, big: true).Length; length++)
        {
            Assert.Null(PngOrientation.Of(png.AsSpan(0, length)));
        }

        Assert.Null(PngOrientation.Of(EncodedImages.Bmp(2, 2, 1, 2, 3)));
        Assert.Null(PngOrientation.Of(Images.Png(1)));
    }

    private static SKEncodedOrigin? Of(byte[] exif) => PngOrientation.Of(Png(exif));

    private static byte[] Png(byte[] exif) => EncodedImages.Png(1, 1, depth: 8, colorType: 0, [[0]], ("eXIf", exif));
}
