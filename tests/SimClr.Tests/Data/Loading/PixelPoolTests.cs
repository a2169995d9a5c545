using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Data;

public sealed class PixelPoolTests : IDisposable
{
    private const int Count = 40;
    private readonly TemporaryFolder folder = new();

    public PixelPoolTests()
    {
        for (int i = 0; i < Count; i++)
        {
            byte level = (byte)(5 * i);
            folder.Write($"{i:00}.png", EncodedImages.OfColor(
                new SKColor(level, level, level), SKEncodedImageFormat.Png, 20 + (i % 7), 30 - (i % 5)));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Memory_comes_back_and_is_never_twice_in_use()
    {
        byte[] first = PixelPool.Rent(77_777);
        PixelPool.Return(first);
        Assert.Same(first, PixelPool.Rent(60_000));
        Assert.NotSame(first, PixelPool.Rent(60_000));
        PixelPool.Return(first);
        Assert.Equal(20_000, PixelPool.Rent(20_000).Length);   // the other is far too large
        Assert.Equal(77_778, PixelPool.Rent(77_778).Length);
    }

    [Fact]
    public void When_a_loader_ends_nothing_is_held()
    {
        byte[] image = PixelPool.Rent(77_777);
        PixelPool.Return(image);
        new LoaderWorkers(workers: 1, (_, _) => { }).Dispose();
        Assert.NotSame(image, PixelPool.Rent(77_777));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_output_of_a_loader_does_not_depend_on_the_memory_of_an_image(int workers)
    {
        using ImageDataSet files = DataSets.Open(folder.Path);
        ImageDataSet set = files.Subset([.. Enumerable.Range(0, Count).Reverse()]);
        float[][] expected = [.. Enumerable.Repeat(
            Enumerable.Range(0, Count).Reverse().Select(i => 5f * i).ToArray(), 20)];
        Assert.Equal(expected, Levels(set, workers, epochs: 20));
    }

    [Fact]
    public void A_set_that_keeps_its_images_keeps_their_pixels()
    {
        using ImageDataSet files = DataSets.Open(folder.Path);
        var skipped = new SkippedImages(files, new DataOptions());
        ImageDataSet cached = ImageCache.Load(
            files, new DataOptions { Cache = DataCache.Always }, skipped, null, TestContext.Current.CancellationToken);

        // Decoded while the other loader is working: when one ends, the pool holds nothing.
        _ = Levels(cached, workers: 2, epochs: 1, meanwhile: () => _ = Levels(files, workers: 2, epochs: 1));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => 5f * i),
            Enumerable.Range(0, Count).Select(i => LevelOf(cached.Read(i))));
    }

    private static IEnumerable<float[]> Levels(ImageDataSet set, int workers, int epochs, Action? meanwhile = null)
    {
        const int values = 3 * 2 * 2;
        using var ring = new PixelRing(Count, 2, "cpu", ScalarType.Float32, 3);
        var loader = new BatchLoader(
            set, ring.Memory, (image, address, batch) => batch.Floats(address.Position).Fill(LevelOf(image)),
            new SkippedImages(set, new DataOptions()), workers, substituteUnreadable: true);
        BatchPlan[] plans = [.. Enumerable.Range(0, epochs)
            .Select(epoch => new BatchPlan(epoch, [.. Enumerable.Range(0, Count)]))];
        return [.. loader.Load(plans, TestContext.Current.CancellationToken).Select(batch =>
        {
            meanwhile?.Invoke();
            return Enumerable.Range(0, Count).Select(position => batch.Memory.Floats(position)[values - 1]).ToArray();
        })];
    }

    private static float LevelOf(RgbImage image)
    {
        byte level = image.Pixels[0];
        Assert.Equal(-1, image.Pixels.IndexOfAnyExcept(level));
        return level;
    }
}
