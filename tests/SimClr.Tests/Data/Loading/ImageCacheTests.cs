using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class ImageCacheTests
{
    private static readonly DataOptions Lenient = new() { MaxSkipped = 0.5, Workers = 3 };

    [Fact]
    public void A_small_set_is_decoded_once_and_unreadable_images_keep_their_index()
    {
        using var set = Images.Set(10, 0, 4, 9);
        var skipped = new SkippedImages(set, Lenient);
        ImageDataSet cached = Load(set, Lenient with { Cache = DataCache.Always }, skipped);
        Assert.Equal([1, 2, 3, 5, 6, 7, 8], Images.NumbersOf(cached.Subset([1, 2, 3, 5, 6, 7, 8])));
        Assert.All([0, 4, 9], index
            => Assert.Equal($"image{index}", Assert.Throws<UnreadableImageException>(() => cached.Read(index)).Path));
        Assert.Equal(set.Labels, cached.Labels);
        Assert.Equal(["a", "b", "c"], cached.ClassNames);
        Assert.Equal("image5", cached.PathOf(5));
        Assert.Equal(3, skipped.Count);
        Assert.Equal(10, set.Reads);
        Assert.Same(cached, Load(cached, Lenient, skipped));
        Assert.Equal(set.Fingerprint, cached.Fingerprint);
    }

    [Fact]
    public void For_training_two_images_must_be_readable()
    {
        DataOptions all = Lenient with { MaxSkipped = 1 };
        using var set = Images.Set(5, 0, 1, 2, 4);
        ImageDataSet cached = Load(set, all, new SkippedImages(set, all));
        var error = Assert.Throws<DataException>(() => cached.RequireTrainable(2));
        Assert.Contains("has 1 readable image(s)", error.Message, StringComparison.Ordinal);
        using var enough = Images.Set(5, 0, 1, 2);
        Load(enough, all, new SkippedImages(enough, all)).RequireTrainable(2);
    }

    [Fact]
    public void Auto_caches_sets_that_fit_in_a_quarter_of_memory_and_streams_the_rest()
    {
        using var small = Images.Set(40, 1);
        Assert.NotSame(small, Load(small, Lenient, new SkippedImages(small, Lenient)));
        using var huge = Images.Set(int.MaxValue, 0);
        long quarter = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
        Assert.Equal(6L * int.MaxValue, ImageCache.EstimateBytes(huge));
        if (6L * int.MaxValue > quarter)
        {
            Assert.Same(huge, Load(huge, Lenient, new SkippedImages(huge, Lenient)));
        }
    }

    [Fact]
    public void Never_streams_except_for_sets_already_in_memory()
    {
        using var set = Images.Set(5);
        Assert.Same(set, Load(set, Lenient with { Cache = DataCache.Never }, new SkippedImages(set)));
        using var held = new InMemoryDataSet([Images.Of(1)]);
        Assert.Same(held, Load(held, Lenient with { Cache = DataCache.Always }, new SkippedImages(held)));
        Assert.Equal(0, set.Reads);
    }

    [Fact]
    public void Too_many_unreadable_images_or_no_readable_one_end_it_as_data_errors()
    {
        using var set = Images.Set(10, 0, 1, 2, 3, 4, 5);
        Assert.Throws<DataException>(() => Load(set, Lenient, new SkippedImages(set, Lenient)));
        using var none = Images.Set(2, 0, 1);
        var all = Lenient with { MaxSkipped = 1 };
        var error = Assert.Throws<DataException>(() => Load(none, all, new SkippedImages(none, all)));
        Assert.Contains("none of 2 images can be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_ends_at_the_total_and_cancellation_stops()
    {
        using var set = Images.Set(50);
        var reports = new Reports();
        ImageCache.Load(set, Lenient, new SkippedImages(set), reports, TestContext.Current.CancellationToken);
        Assert.Equal(50, reports.Highest);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => ImageCache.Load(set, Lenient, new SkippedImages(set), null, source.Token));
    }

    private static ImageDataSet Load(ImageDataSet set, DataOptions options, SkippedImages skipped)
        => ImageCache.Load(set, options, skipped, null, TestContext.Current.CancellationToken);

    private sealed class Reports : IProgress<int>
    {
        public int Highest { get; private set; }

        public void Report(int value)
        {
            lock (this)
            {
                Highest = Math.Max(Highest, value);
            }
        }
    }
}
