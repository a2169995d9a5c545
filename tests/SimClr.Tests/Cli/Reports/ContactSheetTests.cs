using SimClr.Augmentation;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports;

public sealed class ContactSheetTests
{
    private static readonly ViewOptions Small = new() { Size = 28, Strength = 0.5, Blur = false };

    [Fact]
    public void A_view_is_enlarged_pixel_by_pixel_and_is_the_one_that_training_sees()
    {
        using var images = new InMemoryDataSet(
            [Pictures.Colorful(28, 28), Pictures.Colorful(28, 28, 5), Pictures.Colorful(20, 28, 9)]);
        using SKBitmap sheet = Pictures.Decode(ContactSheet.Render(images, Small, seed: 3, count: 3, viewsPerImage: 3));
        var layout = new ContactSheetLayout(28, 3, 3);
        Assert.Equal((layout.Width, layout.Height), (sheet.Width, sheet.Height));
        Assert.Equal(84, layout.Side);
        for (int number = 0; number < 3; number++)
        {
            for (int view = 0; view < 3; view++)
            {
                float[] expected = View(images.Read(number), Small, seed: 3, epoch: view / 2, number, view % 2);
                AssertEnlarged(expected, sheet, layout.Cell(number, view + 1));
            }
        }
    }

    [Fact]
    public void The_image_precedes_its_views_uncovered_if_there_are_many()
    {
        RgbImage image = Pictures.Colorful(28, 28);
        using var images = new InMemoryDataSet([image]);
        using SKBitmap sheet = Pictures.Decode(ContactSheet.Render(images, Small, 0, 1, 3));
        AssertEnlarged(
            [.. image.Pixels.ToArray().Select(value => value / 255f)],
            sheet,
            new ContactSheetLayout(28, 1, 3).Cell(0, 0));
    }

    [Fact]
    public void Crops_of_a_pair_are_outlined_on_the_image()
    {
        using var images = new InMemoryDataSet([Pictures.Plain(28, 28, SKColors.Black)]);
        using SKBitmap pair = Pictures.Decode(ContactSheet.Render(images, Small, 0, 1, 2));
        SKRectI cell = new ContactSheetLayout(28, 1, 2).Cell(0, 0);
        Assert.True(Pictures.Has(pair, Ink.View(0), cell));
        Assert.True(Pictures.Has(pair, Ink.View(1), cell));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        using ImageDataSet images = DataSets.Open("sample:test");
        byte[] first = ContactSheet.Render(images, Small, 1, 6, 2);
        Assert.Equal(first, ContactSheet.Render(images, Small, 1, 6, 2));
        Assert.NotEqual(first, ContactSheet.Render(images, Small, 2, 6, 2));
    }

    [Fact]
    public void Normalization_does_not_change_the_picture()
    {
        using var images = new InMemoryDataSet([Pictures.Colorful(28, 28), Pictures.Colorful(28, 28, 4)]);
        Assert.Equal(
            ContactSheet.Render(images, Small, 1, 2, 2),
            ContactSheet.Render(images, Small with { Normalize = Normalization.ImageNet }, 1, 2, 2));
    }

    [Fact]
    public void Photographs_keep_their_shape_and_are_centered()
    {
        using var images = new InMemoryDataSet([Pictures.Plain(900, 450, SKColors.Teal)]);
        using SKBitmap sheet = Pictures.Decode(ContactSheet.Render(images, new ViewOptions { Size = 224 }, 0, 1, 3));
        SKRectI cell = new ContactSheetLayout(224, 1, 3).Cell(0, 0);
        Assert.Equal(224, cell.Width);
        Assert.Equal(SKColors.Teal, sheet.GetPixel(cell.MidX, cell.MidY));
        Assert.Equal(SKColors.Teal, sheet.GetPixel(cell.Left + 2, cell.Top + 60));
        Assert.Equal(SKColors.Teal, sheet.GetPixel(cell.Right - 3, cell.Bottom - 60));
        Assert.Equal(SKColors.White, sheet.GetPixel(cell.MidX, cell.Top + 40));
        Assert.Equal(SKColors.White, sheet.GetPixel(cell.MidX, cell.Bottom - 40));
    }

    [Fact]
    public void Very_large_views_are_reduced()
        => Assert.Equal(256, new ContactSheetLayout(640, 1, 2).Side);

    [Fact]
    public void Cells_do_not_overlap_and_lie_on_the_sheet()
    {
        var layout = new ContactSheetLayout(32, 11, 2);
        SKRectI[] cells = [.. Enumerable.Range(0, 11)
            .SelectMany(n => Enumerable.Range(0, 3).Select(c => layout.Cell(n, c)))];
        var sheet = new SKRectI(0, 0, layout.Width, layout.Height);
        Assert.All(cells, cell => Assert.True(sheet.Contains(cell)));
        Assert.All(cells, cell => Assert.Single(cells, other => other.IntersectsWith(cell)));
    }

    [Fact]
    public void Images_are_spread_over_the_set_and_unreadable_ones_replaced()
    {
        using FlawedDataSet flawed = Images.Set(10, 0, 5);
        byte[] sheet = ContactSheet.Render(flawed, Small, 0, 2, 1);
        using SKBitmap picture = Pictures.Decode(sheet);
        var layout = new ContactSheetLayout(28, 2, 1);
        Assert.Equal(1, Left(picture, layout.Cell(0, 0)));
        Assert.Equal(6, Left(picture, layout.Cell(1, 0)));

        // Image n is two pixels with a red of n; outlines are brighter.
        static int Left(SKBitmap picture, SKRectI cell) => Enumerable.Range(cell.Left, cell.Width)
            .Select(x => (int)picture.GetPixel(x, cell.MidY).Red).First(red => red < 20);
    }

    [Fact]
    public void A_set_without_a_readable_image_is_reported()
    {
        using FlawedDataSet flawed = Images.Set(3, 0, 1, 2);
        var error = Assert.Throws<DataException>(() => ContactSheet.Render(flawed, Small, 0, 12, 2));
        Assert.Contains("flawed: none of its 3 image(s) can be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("made so", error.Message, StringComparison.Ordinal);
    }

    private static float[] View(RgbImage image, ViewOptions options, long seed, int epoch, int index, int view)
    {
        float[] pixels = new float[3 * options.Size * options.Size];
        new ViewRenderer(options).Render(
            image, ViewParameters.Draw(options, image.Width, image.Height, seed, epoch, index, view), pixels);
        return pixels;
    }

    private static void AssertEnlarged(float[] pixels, SKBitmap sheet, SKRectI cell)
    {
        int side = (int)Math.Sqrt(pixels.Length / 3);
        int factor = cell.Width / side;
        for (int y = 0; y < cell.Height; y++)
        {
            for (int x = 0; x < cell.Width; x++)
            {
                int at = 3 * (((y / factor) * side) + (x / factor));
                SKColor expected = new(Byte(pixels[at]), Byte(pixels[at + 1]), Byte(pixels[at + 2]));
                if (sheet.GetPixel(cell.Left + x, cell.Top + y) != expected)
                {
                    Assert.Fail($"at ({x}, {y}): {sheet.GetPixel(cell.Left + x, cell.Top + y)}, expected {expected}");
                }
            }
        }
    }

    private static byte Byte(float value) => (byte)MathF.Round(255 * value);
}
