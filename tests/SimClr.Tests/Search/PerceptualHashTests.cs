using System.Globalization;
using System.Text.Json;
using SimClr.Data;
using SimClr.Duplicates;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Search;

public sealed class PerceptualHashTests
{
    [Fact]
    public void Hashes_equal_those_of_an_independent_implementation()
    {
        int blank = 0;
        foreach (JsonElement image in GoldenFile.Read("perceptual_hash.json").EnumerateArray())
        {
            ulong? expected = image.GetProperty("hash").GetString() is { } text
                ? ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : null;
            blank += expected is null ? 1 : 0;
            Assert.Equal(expected, PerceptualHash.Compute(ImageOf(image)));
        }

        Assert.Equal(1, blank);
    }

    [Fact]
    public void A_copy_with_every_pixel_doubled_has_the_same_hash()
    {
        RgbImage image = ImageOf(GoldenFile.Read("perceptual_hash.json")[2]);
        byte[] pixels = new byte[4 * image.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int channel, int x, int y) = (i % 3, i / 3 % (2 * image.Width), i / (6 * image.Width));
            pixels[i] = image.Pixels[(3 * ((y / 2 * image.Width) + (x / 2))) + channel];
        }

        Assert.Equal(
            PerceptualHash.Compute(image),
            PerceptualHash.Compute(new RgbImage(2 * image.Width, 2 * image.Height, pixels)));
    }

    [Fact]
    public void A_blank_image_has_no_hash()
        => Assert.Null(PerceptualHash.Compute(new RgbImage(40, 30, [.. Enumerable.Repeat((byte)77, 3600)])));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, ulong.MaxValue, 64)]
    [InlineData(0b1011, 0b0001, 2)]
    public void The_distance_is_the_number_of_differing_bits(ulong one, ulong other, int expected)
        => Assert.Equal(expected, PerceptualHash.Distance(one, other));

    private static RgbImage ImageOf(JsonElement image) => new(
        image.GetProperty("width").GetInt32(),
        image.GetProperty("height").GetInt32(),
        Convert.FromBase64String(image.GetProperty("pixels").GetString()!));
}
