using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Images_are_found_recursively_in_ordinal_order_whatever_the_case_of_the_extension()
    {
        Write("b.png", 1);
        Write("B.PNG", 2);
        Write("a/z.JpEg", 3);
        Write("a/deep/er/x.gif", 4);
        Write("a.webp", 5);
        folder.Write("notes.txt", "no image");
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Equal([2, 5, 4, 3, 1], Images.NumbersOf(set));
        Assert.Equal(folder.PathOf("B.PNG"), set.PathOf(0));
        Assert.Null(set.Labels);
        Assert.Null(set.ClassNames);
    }

    [Fact]
    public void Subfolders_are_classes_when_every_image_lies_in_one_of_at_least_two()
    {
        Write("dog/1.png", 1);
        Write("cat/x/2.png", 2);
        using (ImageDataSet set = DataSets.Open(folder.Path))
        {
            Assert.Equal(["cat", "dog"], set.ClassNames);
            Assert.Equal([0, 1], set.Labels);
        }

        Write("stray.png", 3);
        Assert.Null(DataSets.Open(folder.Path).Labels);
    }

    [Fact]
    public void One_subfolder_is_not_a_class()
    {
        Write("only/1.png", 1);
        Write("only/2.png", 2);
        Assert.Null(DataSets.Open(folder.Path).Labels);
    }

    [Fact]
    public void Hidden_files_and_folders_are_left_out()
    {
        Write("a.png", 1);
        Write(".b.png", 2);
        Write(".git/c.png", 3);
        Assert.Equal([1], Images.NumbersOf(DataSets.Open(folder.Path)));
    }

    [Fact]
    public void A_folder_with_one_image_can_be_opened()
    {
        Write("a.png", 7);
        Assert.Equal(1, DataSets.Open(folder.Path).Count);
    }

    [Fact]
    public void Symbolic_links_to_files_and_folders_are_followed()
    {
        Write("real/a.png", 1);
        using var other = new TemporaryFolder();
        other.Write("b.png", Images.Png(2));
        Directory.CreateSymbolicLink(folder.PathOf("linked"), other.Path);
        File.CreateSymbolicLink(folder.PathOf("real/c.png"), other.PathOf("b.png"));
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Equal(["linked", "real"], set.ClassNames);
        Assert.Equal([2, 1, 2], Images.NumbersOf(set));
    }

    [Fact]
    public void Loops_of_symbolic_links_end_and_repeat_no_image()
    {
        Write("a/1.png", 1);
        Write("b/2.png", 2);
        Directory.CreateSymbolicLink(folder.PathOf("a/up"), "..");
        Directory.CreateSymbolicLink(folder.PathOf("a/self"), ".");
        Directory.CreateSymbolicLink(folder.PathOf("a/to-b"), folder.PathOf("b"));
        Directory.CreateSymbolicLink(folder.PathOf("b/to-a"), folder.PathOf("a"));
        Directory.CreateSymbolicLink(folder.PathOf("ping"), "pong");
        Directory.CreateSymbolicLink(folder.PathOf("pong"), "ping");
        using var outside = new TemporaryFolder();
        Directory.CreateSymbolicLink(outside.PathOf("way in"), folder.Path);
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open(folder.Path)));
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open(outside.PathOf("way in"))));
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open(outside.Path)));
    }

    [Fact]
    public void A_dangling_link_is_an_unreadable_image()
    {
        File.CreateSymbolicLink(folder.PathOf("gone.png"), folder.PathOf("nowhere.png"));
        File.CreateSymbolicLink(folder.PathOf("self.png"), "self.png");
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Equal(2, set.Count);
        Assert.Throws<UnreadableImageException>(() => set.Read(0));
        Assert.Throws<UnreadableImageException>(() => set.Read(1));
        Assert.NotEmpty(set.Fingerprint);
    }

    [Fact]
    public void An_empty_folder_and_one_without_images_are_refused_with_the_expectation()
    {
        var empty = Assert.Throws<DataException>(() => DataSets.Open(folder.Path));
        Assert.Contains("there is no file", empty.Message, StringComparison.Ordinal);
        Assert.Contains(".jpg, .jpeg, .png, .webp, .bmp, .gif", empty.Message, StringComparison.Ordinal);
        folder.Write("sub/readme.txt", "hello");
        var none = Assert.Throws<DataException>(() => DataSets.Open(folder.Path));
        Assert.Contains("no image among 1 file(s)", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_follows_names_and_sizes_but_not_the_place()
    {
        using var copy = new TemporaryFolder();
        Write("a.png", 1);
        copy.Write("a.png", Images.Png(1));
        string first = DataSets.Open(folder.Path).Fingerprint;
        Assert.Equal(first, DataSets.Open(copy.Path).Fingerprint);
        Assert.Matches("^[0-9a-f]{16}$", first);
        copy.Write("a.png", new byte[3]);
        Assert.NotEqual(first, DataSets.Open(copy.Path).Fingerprint);
        Write("b.png", 1);
        Assert.NotEqual(first, DataSets.Open(folder.Path).Fingerprint);
    }

    private void Write(string name, int number) => folder.Write(name, Images.Png(number));
}
