using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class SetOverlapTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SetOverlapTests()
    {
        for (int i = 0; i < 6; i++)
        {
            folder.Write($"train/{i}.png", Picture(i));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_set_shares_all_images_with_itself() => Assert.Equal(6, Count("train", "train"));

    [Fact]
    public void Files_of_the_same_content_are_shared_and_others_of_the_same_length_are_not()
    {
        folder.Write("test/a.png", Picture(0));
        folder.Write("test/b.png", Picture(5));
        folder.Write("test/c.png", Changed(Picture(3)));
        folder.Write("test/d.png", Picture(77));

        Assert.Equal(2, Count("test", "train"));
        Assert.Equal(2, Count("train", "test"));
    }

    [Fact]
    public void Links_lead_to_the_same_image()
    {
        Directory.CreateSymbolicLink(folder.Of("linked"), folder.Of("train"));
        folder.Write("test/own.png", Picture(77));
        File.CreateSymbolicLink(folder.Of("test/link.png"), folder.Of("train/2.png"));

        Assert.Equal(6, Count("linked", "train"));
        Assert.Equal(1, Count("test", "train"));
    }

    [Fact]
    public void Images_without_a_file_of_their_own_are_compared_by_their_pixels()
    {
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1), files.Read(4), new RgbImage(1, 1, [1, 2, 3])]);

        Assert.Equal(2, SetOverlap.Count(memory, files));
        Assert.Equal(2, SetOverlap.Count(files, memory));
    }

    [Fact]
    public void A_file_that_is_no_image_is_not_counted()
    {
        folder.Write("train/broken.png", "not an image");
        folder.Write("test/other.png", "not an image");
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1)]);

        Assert.Equal(0, Count("test", "train"));
        Assert.Equal(6, Count("train", "train"));
        Assert.Equal(1, SetOverlap.Count(files, memory));
    }

    private static byte[] Picture(int number) => EncodedImages.OfColor(new SkiaSharp.SKColor((byte)(40 * number), 9, 200), SkiaSharp.SKEncodedImageFormat.Png, 8, 8);

    private static byte[] Changed(byte[] file) => [.. file[..^1], (byte)(file[^1] ^ 1)];

    private ImageDataSet Open(string name) => DataSets.Open(folder.Of(name));

    private int Count(string one, string other)
    {
        using ImageDataSet first = Open(one);
        using ImageDataSet second = Open(other);
        return SetOverlap.Count(first, second);
    }
}
