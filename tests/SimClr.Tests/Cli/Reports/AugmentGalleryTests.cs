using SimClr.Augmentation;
using SimClr.Cli;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports;

public sealed class AugmentGalleryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose()
    {
        folder.Dispose();
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_gallery_shows_the_image_and_each_operation()
    {
        RgbImage image = RandomImages.Noise(32, 32, 1);
        var views = new ViewOptions { Size = 32, FlipProbability = 0, GrayProbability = 0, CutoutProbability = 0 };
        using SKBitmap gallery = Pictures.Decode(OperationGallery.Render([(0, image)], views, 0));
        Assert.Equal((568, 432), (gallery.Width, gallery.Height));

        // The first panel is the image three times as large, the fourth the gray one.
        Assert.Equal(image.Pixels[0], gallery.GetPixel(25, 25).Red);
        SKColor gray = gallery.GetPixel(24 + (4 * 106) + 1, 25);
        Assert.Equal((gray.Red, gray.Red), (gray.Green, gray.Blue));
        Assert.Equal(
            ((0.2989 * image.Pixels[0]) + (0.587 * image.Pixels[1]) + (0.114 * image.Pixels[2])), gray.Red, 1.0);
        int covered = Enumerable.Range(0, 96 * 96).Count(
            i => gallery.GetPixel(24 + 106 + (i % 96), 24 + 128 + (i / 96)) == new SKColor(128, 128, 128));
        Assert.InRange(covered, 20 * 20, (48 * 48) + 100);
    }

    [Fact]
    public void A_single_image_is_data_and_the_same_seed_gives_the_same_bytes()
    {
        string photo = folder.PathOf("photo.png");
        File.WriteAllBytes(photo, EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Png, 90, 70));
        byte[] Gallery(string name, string seed)
        {
            Assert.Equal(0, Run(
                "augment", "gallery", photo, "--out", folder.PathOf(name), "--set", "views.size=48", "--seed", seed));
            return File.ReadAllBytes(folder.PathOf(name));
        }

        byte[] first = Gallery("a.png", "1");
        Assert.Equal(first, Gallery("b.png", "1"));
        Assert.NotEqual(first, Gallery("c.png", "2"));
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(2, "--images: got 21, expected at most 20", "--images", "21")]
    [InlineData(2, "views.cutuot_size", "--set", "views.cutuot_size=1")]
    [InlineData(
        2, "'views.cutout_size' in --set: got 2, expected a number from 0.001 to 1", "--set", "views.cutout_size=2")]
    public void A_mistake_is_reported_clearly(int code, string expected, params string[] arguments)
    {
        string file = folder.PathOf("x.png");
        Assert.Equal(code, Run(["augment", "gallery", "sample:test", "--out", file, .. arguments]));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void A_broken_image_is_a_mistake_in_the_data()
    {
        string broken = folder.Write("broken.png", "not a picture");
        Assert.Equal(3, Run("augment", "gallery", broken, "--out", folder.PathOf("x.png")));
        Assert.Contains("broken.png", error.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] arguments)
        => CommandLine.Run(arguments, output, error, TestContext.Current.CancellationToken);
}
