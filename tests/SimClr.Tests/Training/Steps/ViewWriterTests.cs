using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Augmentation;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

public sealed class ViewWriterTests
{
    private const int Images = 24;
    private static readonly ViewOptions Views = new() { Size = 12 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Batches_are_the_same_bytes_whatever_the_number_of_loader_threads(int workers)
        => Assert.Equal(Alone(seed: 1), Loaded(workers, seed: 1));

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(1, false)]
    [InlineData(4, false)]
    public void Batches_in_tensor_memory_are_the_same_bytes_in_either_precision(int workers, bool bfloat16)
    {
        using InMemoryDataSet set = Set();
        using var ring = new PixelRing(10, Views.Size, "cpu", bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var loader = new BatchLoader(
            set,
            ring.Memory,
            new ViewWriter(Views, 1).Write,
            new SkippedImages(set),
            workers,
            substituteUnreadable: true);
        float[][] batches = [.. loader.Load(Plans(), TestContext.Current.CancellationToken)
            .Select(batch => Floats(ring.Take(batch.Slot, 10)))];
        Assert.Equal(Alone(seed: 1).Select(batch => bfloat16 ? Rounded(batch) : batch), batches);
    }

    [Fact]
    public void A_view_does_not_depend_on_its_position_or_earlier_content()
    {
        using InMemoryDataSet set = Set();
        using var ring = new PixelRing(10, Views.Size, "cpu", ScalarType.BFloat16);
        var loader = new BatchLoader(
            set, ring.Memory, new ViewWriter(Views, 1).Write, new SkippedImages(set), 2, substituteUnreadable: true);
        int[] forward = [3, 14, 15, 9, 2];
        BatchPlan[] plans =
        [
            new(0, forward), new(0, [20, 21, 22, 23, 0]), new(0, [6, 5, 4, 3, 2]), new(0, [.. forward.Reverse()]),
        ];
        float[][][] batches = [.. loader.Load(plans, TestContext.Current.CancellationToken)
            .Select(batch => Floats(ring.Take(batch.Slot, 10)).Chunk(3 * Views.Size * Views.Size).ToArray())];
        Assert.Equal(batches[0][..5].Reverse(), batches[3][..5]);
        Assert.Equal(batches[0][5..].Reverse(), batches[3][5..]);
    }

    [Fact]
    public void Another_seed_gives_other_views_of_the_same_images()
    {
        float[][] one = Loaded(2, seed: 1);
        float[][] other = Loaded(2, seed: 2);
        Assert.All(one.Zip(other), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void First_views_fill_the_first_half_of_a_batch_and_the_second_views_the_second()
    {
        using InMemoryDataSet set = Set();
        var pairs = new ViewWriter(Views, 1);
        float[] batch = new float[2 * 5 * pairs.FloatsPerView];
        pairs.Write(set.Read(7), new SampleAddress(Epoch: 3, Index: 7, Position: 2, BatchSize: 5), batch);
        for (int row = 0; row < 10; row++)
        {
            float[] got = batch[(row * pairs.FloatsPerView)..((row + 1) * pairs.FloatsPerView)];
            Assert.Equal(row % 5 == 2 ? View(set.Read(7), 1, 3, 7, row / 5) : new float[pairs.FloatsPerView], got);
        }
    }

    [Fact]
    public void The_two_views_of_an_image_differ_and_so_do_those_of_the_next_epoch()
    {
        using InMemoryDataSet set = Set();
        float[][] views = [.. from epoch in new[] { 0, 1 }
            from view in new[] { 0, 1 }
            select View(set.Read(3), 1, epoch, 3, view)];
        for (int i = 0; i < 4; i++)
        {
            Assert.All(views[(i + 1)..], other => Assert.NotEqual(views[i], other));
        }
    }

    private static float[][] Loaded(int workers, long seed)
    {
        using InMemoryDataSet set = Set();
        var pairs = new ViewWriter(Views, seed);
        var loader = new BatchLoader(
            set, 2 * pairs.FloatsPerView, pairs.Write, new SkippedImages(set), workers, substituteUnreadable: true);
        return [.. loader.Load(Plans(), TestContext.Current.CancellationToken)
            .Select(batch => batch.Pixels[..batch.Length])];
    }

    /// <summary>Returns the values as height × width × channel.</summary>
    private static float[] Floats(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        using (pixels)
        {
            return pixels.permute(0, 2, 3, 1).to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
        }
    }

    private static float[] Rounded(float[] values)
    {
        using var scope = NewDisposeScope();
        return tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>().ToArray();
    }

    /// <summary>The same views without a loader, one after another.</summary>
    private static float[][] Alone(long seed)
    {
        using InMemoryDataSet set = Set();
        return [.. Plans().Select(plan => new[] { 0, 1 }
            .SelectMany(view => plan.Indices.SelectMany(index => View(set.Read(index), seed, plan.Epoch, index, view)))
            .ToArray())];
    }

    private static float[] View(RgbImage image, long seed, int epoch, int sample, int view)
    {
        float[] pixels = new float[3 * Views.Size * Views.Size];
        ViewParameters draws = ViewParameters.Draw(Views, image.Width, image.Height, seed, epoch, sample, view);
        new ViewRenderer(Views).Render(image, draws, pixels);
        return pixels;
    }

    private static IEnumerable<BatchPlan> Plans() => Enumerable.Range(0, 3)
        .SelectMany(epoch => BatchOrder.Shuffled(1, epoch, Images, 5).Select(batch => new BatchPlan(epoch, batch)));

    /// <summary>Noise of many sizes, so that threads do not finish in lockstep.</summary>
    private static InMemoryDataSet Set()
        => new(Enumerable.Range(0, Images).Select(i => RandomImages.Noise(5 + (7 * i), 200 - (8 * i), i)));
}
