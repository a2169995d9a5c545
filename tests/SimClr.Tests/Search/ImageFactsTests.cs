using SimClr.Duplicates;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Search;

public sealed class ImageFactsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Most_pixels_come_first_then_most_bytes_then_the_order_and_unknown_ones_last()
        => Assert.Equal(
            [3, 1, 2, 5, 4, 0],
            ImageFacts.Order(
                [null, new(20, 10, 500), new(10, 20, 500), new(30, 10, 1), new(10, 10, 3), new(20, 10, 400)]));

    [Fact]
    public void Facts_are_read_from_the_header()
    {
        string file = folder.Write("a.png", EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png, 7, 3));

        Assert.Equal(new ImageFacts(7, 3, new FileInfo(file).Length), ImageFacts.Read(file));
        Assert.Equal(new ImageFacts(70, 30, new FileInfo(file).Length), ImageFacts.Read(file, (70, 30)));
        Assert.Equal(0, ImageFacts.Read(folder.Write("b.png", "no image"))!.Pixels);
        Assert.Null(ImageFacts.Read(folder.PathOf("nowhere.png")));
    }

    [Fact]
    public void A_link_is_as_large_as_the_file_behind_it()
    {
        string file = folder.Write("a.png", EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png, 7, 3));
        File.CreateSymbolicLink(folder.PathOf("relative.png"), "a.png");
        File.CreateSymbolicLink(folder.PathOf("link-to-link.png"), folder.PathOf("relative.png"));
        File.CreateSymbolicLink(folder.PathOf("broken.png"), "gone.png");

        Assert.Equal(ImageFacts.Read(file), ImageFacts.Read(folder.PathOf("relative.png")));
        Assert.Equal(ImageFacts.Read(file), ImageFacts.Read(folder.PathOf("link-to-link.png")));
        Assert.Null(ImageFacts.Read(folder.PathOf("broken.png")));
    }

    [Fact]
    public void Files_are_the_same_by_their_bytes()
    {
        string one = folder.Write("one", "abc");

        Assert.True(ImageFacts.Identical(one, folder.Write("same", "abc")));
        Assert.False(ImageFacts.Identical(one, folder.Write("other", "abd")));
        Assert.False(ImageFacts.Identical(one, folder.Write("longer", "abcd")));
        Assert.False(ImageFacts.Identical(one, folder.PathOf("nowhere")));
    }
}
