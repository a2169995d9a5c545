using System.Text.Json;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Tests.Data;

public sealed class SkippedImagesTests
{
    [Fact]
    public void Each_image_counts_once_and_the_list_is_written_in_the_order_of_paths()
    {
        using var folder = new TemporaryFolder();
        var skipped = new SkippedImages(Images.Set(100));
        Add(skipped, 7);
        Add(skipped, 3);
        Add(skipped, 7);
        Assert.Equal(2, skipped.Count);
        skipped.Write(folder.PathOf("run/skipped.jsonl"));
        Assert.Equal(
            "{\"path\":\"image3\",\"reason\":\"größer als 'x'\"}\n"
                + "{\"path\":\"image7\",\"reason\":\"größer als 'x'\"}\n",
            File.ReadAllText(folder.PathOf("run/skipped.jsonl")));
    }

    [Fact]
    public void More_than_the_allowed_share_stops_the_run_with_the_remedy()
    {
        var skipped = new SkippedImages(Images.Set(100));
        foreach (int index in Enumerable.Range(0, 5))
        {
            Add(skipped, index);
        }

        var error = Assert.Throws<DataException>(() => Add(skipped, 50));
        Assert.Equal(3, error.ExitCode);
        Assert.StartsWith(
            "'flawed': at least 6 of 100 images (6%) could not be read, more than the 5% allowed. The first: image0: ",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith("with data.max_skipped=0.12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void If_the_whole_set_is_read_all_are_counted_and_the_suggested_share_suffices()
    {
        using var set = Images.Set(25, 3, 4, 5, 6, 20);
        var options = new DataOptions { Cache = DataCache.Always, Workers = 2 };
        var skipped = new SkippedImages(set, options);
        var error = Assert.Throws<DataException>(() => Load(set, options, skipped));
        Assert.StartsWith("'flawed': 5 of 25 images (20%) could not be read", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("with data.max_skipped=0.2", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, skipped.Count);

        DataOptions enough = options with { MaxSkipped = 0.2 };
        Assert.Equal(25, Load(set, enough, new SkippedImages(set, enough)).Count);
    }

    [Fact]
    public void The_share_can_be_set_from_none_to_all()
    {
        Assert.Throws<DataException>(
            () => Add(new SkippedImages(Images.Set(100), new DataOptions { MaxSkipped = 0 }), 1));
        var all = new SkippedImages(Images.Set(3), new DataOptions { MaxSkipped = 1 });
        Parallel.For(0, 300, i => Add(all, i % 3));
        Assert.Equal(3, all.Count);
    }

    [Theory]
    [InlineData("always")]
    [InlineData("never")]
    public void In_a_run_each_unreadable_image_is_listed_once_with_and_without_cache(string cache)
    {
        using var folder = new TemporaryFolder();
        foreach (int number in Enumerable.Range(0, 12))
        {
            folder.Write($"set/{number:00}.png", number is 3 or 4 or 11 ? "broken"u8.ToArray() : Images.Png(number));
        }

        var options = new DataOptions { Cache = EnumText.Parse<DataCache>(cache), MaxSkipped = 0.25, Workers = 2 };
        using ImageDataSet set = DataSets.Open(folder.PathOf("set"), options);
        var skipped = new SkippedImages(set, options);
        ImageDataSet readable = Load(set, options, skipped);
        Assert.Equal(12, readable.Count);

        // Training in two epochs, then an evaluation of a part in another order: all share the list.
        int[] seen = Numbers(readable, skipped, substitute: true, [.. Enumerable.Range(0, readable.Count)]);
        Assert.Equal([0, 1, 2, 5, 5, 5, 6, 7, 8, 9, 10, 0], seen);
        int[] reversed = [.. Enumerable.Range(0, readable.Count).Reverse()];
        int[] part = Numbers(
            readable.Subset(reversed), skipped, substitute: false, [.. Enumerable.Range(0, readable.Count)]);
        Assert.Equal([-1, 10, 9, 8, 7, 6, 5, -1, -1, 2, 1, 0], part);

        Assert.Equal(3, skipped.Count);
        skipped.Write(folder.PathOf("skipped.jsonl"));
        string[] names = [.. File.ReadLines(folder.PathOf("skipped.jsonl"))
            .Select(line => Path.GetFileName(JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()!))];
        Assert.Equal(["03.png", "04.png", "11.png"], names);
    }

    [Fact]
    public void Skipped_images_of_the_whole_set_are_not_confused_with_images_of_a_part()
    {
        // Image 0 is broken, and image 1 has the index 0 in the part.
        using var set = Images.Set(10, 0);
        var options = new DataOptions { Cache = DataCache.Always, MaxSkipped = 0.5 };
        var skipped = new SkippedImages(set, options);
        ImageDataSet part = Load(set, options, skipped).Subset([.. Enumerable.Range(1, 9)]);
        Assert.Equal(Enumerable.Range(1, 9), Numbers(part, skipped, substitute: true, [.. Enumerable.Range(0, 9)]));
        Assert.Equal(1, skipped.Count);
    }

    private static ImageDataSet Load(ImageDataSet set, DataOptions options, SkippedImages skipped)
        => ImageCache.Load(set, options, skipped, null, TestContext.Current.CancellationToken);

    /// <summary>The numbers of the images that a loader delivers, −1 for an unreadable one; read twice.</summary>
    private static int[] Numbers(ImageDataSet set, SkippedImages skipped, bool substitute, int[] indices)
    {
        var loader = new BatchLoader(
            set, 1, (image, address, batch) => batch[address.Position] = Images.NumberOf(image), skipped, 2, 3,
            substitute);
        BatchPlan[] plans = [new(0, indices), new(1, indices)];
        int[][] epochs = [.. loader.Load(plans, TestContext.Current.CancellationToken)
            .Select(batch => Enumerable.Range(0, batch.Indices.Length)
                .Select(i => batch.IsReadable(i) ? (int)batch.Pixels[i] : -1).ToArray())];
        Assert.Equal(epochs[0], epochs[1]);
        return epochs[1];
    }

    private static void Add(SkippedImages skipped, int index)
        => skipped.Add(new UnreadableImageException($"image{index}", "größer als 'x'"));
}
