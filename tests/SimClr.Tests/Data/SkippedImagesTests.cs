using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class SkippedImagesTests
{
    [Fact]
    public void Each_image_counts_once_and_the_list_is_written_by_index()
    {
        using var folder = new TemporaryFolder();
        var skipped = new SkippedImages(Images.Set(100));
        Add(skipped, 7);
        Add(skipped, 3);
        Add(skipped, 7);
        Assert.Equal(2, skipped.Count);
        Assert.True(skipped.Contains(7));
        Assert.False(skipped.Contains(8));
        skipped.Write(folder.Of("run/skipped.jsonl"));
        Assert.Equal(
            "{\"path\":\"image3\",\"reason\":\"größer als 'x'\"}\n{\"path\":\"image7\",\"reason\":\"größer als 'x'\"}\n",
            File.ReadAllText(folder.Of("run/skipped.jsonl")));
    }

    [Fact]
    public void More_than_the_allowed_share_stops_the_run_and_says_what_to_do()
    {
        var skipped = new SkippedImages(Images.Set(100));
        foreach (int index in Enumerable.Range(0, 5))
        {
            Add(skipped, index);
        }

        var error = Assert.Throws<DataException>(() => Add(skipped, 50));
        Assert.Equal(3, error.ExitCode);
        Assert.StartsWith(
            "'flawed': 6 of 100 images (6 %) could not be read, more than the 5 % allowed. The first: image0: ",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith("--set data.max_skipped=0.12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_share_can_be_moved_from_none_to_all()
    {
        Assert.Throws<DataException>(() => Add(new SkippedImages(Images.Set(100), new DataOptions { MaxSkipped = 0 }), 1));
        var all = new SkippedImages(Images.Set(3), new DataOptions { MaxSkipped = 1 });
        Parallel.For(0, 300, i => Add(all, i % 3));
        Assert.Equal(3, all.Count);
    }

    private static void Add(SkippedImages skipped, int index)
        => skipped.Add(index, new UnreadableImageException($"image{index}", "größer als 'x'"));
}
