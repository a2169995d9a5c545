using SimClr.Checks;
using SimClr.Data;
using SimClr.Tests.Search;

namespace SimClr.Tests.Checks;

public sealed class ImageQualityTests
{
    [Fact]
    public void Measures_equal_those_of_plain_loops()
    {
        RgbImage image = SoftImages.Create(3, 23, 17);
        double[,] luma = new double[17, 23];
        for (int i = 0; i < 17 * 23; i++)
        {
            luma[i / 23, i % 23] = (0.299 * image.Pixels[3 * i]) + (0.587 * image.Pixels[(3 * i) + 1])
                + (0.114 * image.Pixels[(3 * i) + 2]);
        }

        var laplacian = new List<double>();
        for (int y = 1; y < 16; y++)
        {
            for (int x = 1; x < 22; x++)
            {
                laplacian.Add(
                    luma[y - 1, x] + luma[y + 1, x] + luma[y, x - 1] + luma[y, x + 1] - (4 * luma[y, x]));
            }
        }

        ImageQuality quality = ImageQuality.Measure(image);

        double[] all = [.. luma.Cast<double>()];
        Assert.Equal((23, 17), (quality.Width, quality.Height));
        Assert.Equal(all.Average(), quality.Brightness, 1e-9);
        Assert.Equal(Math.Sqrt(Variance(all)), quality.Contrast, 1e-9);
        Assert.Equal(Variance([.. laplacian]) / Variance(all), quality.Sharpness, 1e-9);
    }

    [Fact]
    public void A_checkerboard_is_the_sharpest_picture_and_one_color_the_least()
    {
        byte[] board = new byte[3 * 20 * 20];
        for (int i = 0; i < 400; i++)
        {
            Array.Fill(board, (byte)(((i % 20) + (i / 20)) % 2 == 0 ? 60 : 200), 3 * i, 3);
        }

        Assert.Equal(64, ImageQuality.Measure(new RgbImage(20, 20, board)).Sharpness, 1e-6);
        ImageQuality flat = ImageQuality.Measure(new RgbImage(5, 4, [.. Enumerable.Repeat((byte)9, 60)]));
        Assert.Equal((0, 0), (flat.Sharpness, flat.Contrast));
        Assert.Equal(9, flat.Brightness, 1e-9);
    }

    [Fact]
    public void Neither_brightness_nor_contrast_changes_the_sharpness()
    {
        RgbImage image = SoftImages.Create(5);
        byte[] pale = [.. image.Pixels.ToArray().Select(value => (byte)(value & 0xFE))];
        byte[] dark = [.. pale.Select(value => (byte)(value / 2))];

        Assert.Equal(
            ImageQuality.Measure(new RgbImage(image.Width, image.Height, pale)).Sharpness,
            ImageQuality.Measure(new RgbImage(image.Width, image.Height, dark)).Sharpness,
            1e-9);
    }

    [Fact]
    public void A_large_image_is_measured_at_the_common_size_and_keeps_its_own()
    {
        RgbImage image = SoftImages.Create(5, 700, 600);

        ImageQuality full = ImageQuality.Measure(image);
        ImageQuality reduced = ImageQuality.Measure(SoftImages.Create(5, 350, 300), (700, 600));

        Assert.Equal((700, 600), (reduced.Width, reduced.Height));
        Assert.Equal(full.Brightness, reduced.Brightness, 0.5);
        Assert.Equal(full.Sharpness, reduced.Sharpness, 0.3 * full.Sharpness);
    }

    private static double Variance(double[] values) => values.Average(value => Math.Pow(value - values.Average(), 2));
}
