using System.Buffers.Binary;
using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Tests.Data;

public sealed class JpegScansTests
{
    [Theory]
    [InlineData("skia")]
    [InlineData("auto")]
    public void Up_to_99_scans_are_decoded_and_more_are_refused_by_every_decoder(string decoder)
    {
        var options = new DataOptions { Decoder = EnumText.Parse<JpegDecoder>(decoder) };
        RgbImage image = ImageDecoder.Decode(Progressive(99), "x", options);
        Assert.Equal((8, 8), (image.Width, image.Height));
        Assert.Equal(-1, image.Pixels.IndexOfAnyExcept((byte)128));
        foreach (int scans in new[] { 100, 800 })
        {
            var error = Assert.Throws<UnreadableImageException>(
                () => ImageDecoder.Decode(Progressive(scans), "x", options));
            Assert.StartsWith(
                $"a JPEG with {scans} scans, expected at most 99", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Scans_are_counted_where_a_decoder_meets_them()
    {
        byte[] three = Progressive(3);
        Assert.Equal(3, JpegScans.Count(three));
        Assert.Equal(3, JpegScans.Count(WithSegment(three, 0xE1, Progressive(50))));   // A thumbnail.
        Assert.Equal(3, JpegScans.Count([.. three, .. Progressive(50).AsSpan(2)]));   // After the end.
        Assert.Equal(
            3, JpegScans.Count([.. three.AsSpan(0, three.Length - 2), 0xFF, 0x00, 0xFF, 0xD3, 0x5A, 0xFF, 0xFF, 0xD9]));
        Assert.Equal(2, JpegScans.Count(three.AsSpan(0, three.Length - 15)));
        Assert.Equal(4, JpegScans.Count([.. three.AsSpan(0, three.Length - 2), 0xFF, 0xFF, 0xDA]));
    }

    [Fact]
    public void A_baseline_file_has_one_scan_or_one_per_component_whatever_follows()
    {
        byte[] baseline = EncodedImages.OfColor(new SKColor(1, 2, 3), SKEncodedImageFormat.Jpeg);
        Assert.Equal(1, JpegScans.Count(baseline));
        Assert.Equal(1, JpegScans.Count([.. baseline.AsSpan(0, baseline.Length - 2), .. Progressive(200).AsSpan(2)]));
        byte[] apart = [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
        apart = [.. apart, .. Scan(1, 0, 63, 0, 0), .. Scan(2, 0, 63, 0, 0), .. Scan(3, 0, 63, 0, 0), 0xFF, 0xD9];
        Assert.Equal(3, JpegScans.Count(apart));
    }

    [Fact]
    public void Nothing_is_read_beyond_the_end()
    {
        byte[] whole = WithSegment(Progressive(5), 0xFE, [1, 2, 3]);
        for (int length = 0; length <= whole.Length; length++)
        {
            Assert.InRange(JpegScans.Count(whole.AsSpan(0, length)), 0, 5);
        }
    }

    /// <summary>
    /// A gray image of one block at mean gray, sent coefficient by coefficient and bit by bit, all of them 0.
    /// </summary>
    private static byte[] Progressive(int scans)
    {
        List<byte> file = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)];
        file.AddRange([0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
        file.AddRange([0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0]);
        file.AddRange([0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0]);
        file.AddRange(Scan(1, 0, 0, 0, 0));
        for (int scan = 0; scan < scans - 1; scan++)
        {
            (byte coefficient, byte bit) = ((byte)(1 + (scan / 14)), (byte)(13 - (scan % 14)));
            file.AddRange(Scan(1, coefficient, coefficient, bit == 13 ? 0 : bit + 1, bit));
        }

        return [.. file, 0xFF, 0xD9];
    }

    /// <summary>A scan of one block of one component, whose only code is 0.</summary>
    private static byte[] Scan(byte component, byte first, byte last, int high, int low)
        => [0xFF, 0xDA, 0, 8, 1, component, 0, first, last, (byte)((high << 4) | low), 0x7F];

    private static byte[] WithSegment(byte[] jpeg, byte marker, byte[] content)
    {
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(content.Length + 2));
        return [0xFF, 0xD8, 0xFF, marker, .. length, .. content, .. jpeg.AsSpan(2)];
    }
}
