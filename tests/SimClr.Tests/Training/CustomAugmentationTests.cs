using System.Collections.Concurrent;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class CustomAugmentationTests : IDisposable
{
    private const int Images = 12;
    private static readonly ViewOptions Views = new() { Size = 12, Normalize = Normalization.ImageNet };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_receives_the_papers_view_in_its_final_memory_before_normalization()
    {
        using InMemoryDataSet set = Set();
        var seen = new ConcurrentBag<float[]>();
        float[] plain = Batch(
            set, new ViewWriter(Views with { Normalize = Normalization.None }, 1), bfloat16: false, workers: 1);
        float[] normalized = Batch(set, new ViewWriter(Views, 1), bfloat16: false, workers: 1);
        float[] watched = Batch(
            set,
            new ViewWriter(Views, 1, augmentation: new Own((view, size, _) => seen.Add(view.ToArray()))),
            bfloat16: false,
            workers: 2);
        Assert.Equal(
            plain.Chunk(3 * Views.Size * Views.Size).Select(view => string.Join(' ', view)).Order(),
            seen.Select(view => string.Join(' ', view)).Order());

        // An augmentation without effect leaves the run unchanged.
        Assert.Equal(normalized, watched, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    public void Its_effect_is_in_the_batch_and_the_same_for_any_number_of_threads(int workers, bool bfloat16)
    {
        using InMemoryDataSet set = Set();
        var noise = new Own((view, _, random) => view[random.Next(view.Length)] = random.NextSingle());
        float[] reference = Batch(set, new ViewWriter(Views, 1, augmentation: noise), bfloat16: false, workers: 2);
        Assert.NotEqual(Batch(set, new ViewWriter(Views, 1), bfloat16: false, workers: 1), reference);
        float[] batch = Batch(set, new ViewWriter(Views, 1, augmentation: noise), bfloat16, workers);
        Assert.Equal(bfloat16 ? Rounded(reference) : reference, batch);
    }

    [Fact]
    public void Each_view_of_each_image_in_each_epoch_draws_independently()
    {
        using InMemoryDataSet set = Set();
        var draws = new ConcurrentBag<long>();
        var views = new ViewWriter(Views, 1, augmentation: new Own((_, _, random) => draws.Add(random.NextInt64())));
        Batch(set, views, bfloat16: false, workers: 2, epochs: 2);
        Assert.Equal(2 * 2 * Images, draws.Distinct().Count());
    }

    [Fact]
    public void A_run_with_it_resumes_to_the_same_bytes_and_not_without_it()
    {
        var erasing = new Own((view, size, random) => view.Slice(3 * random.Next(size) * size, 3 * size).Fill(0.5f));
        new Pretrainer(TinyRun.Options) { CustomAugmentation = erasing }.Run(TinyRun.Images(), folder.PathOf("whole"));

        // Another augmentation makes another run: the weights differ.
        TinyRun.Train(folder, "without");
        Assert.NotEqual(TinyRun.Checkpoint(folder.PathOf("without")), TinyRun.Checkpoint(folder.PathOf("whole")));

        using var stop = new CancellationTokenSource();
        var interrupted = new Pretrainer(TinyRun.Options)
        {
            CustomAugmentation = erasing,
            Progress = new Reporter(_ => stop.Cancel()),
        };
        Assert.Throws<OperationCanceledException>(
            () => interrupted.Run(TinyRun.Images(), folder.PathOf("cut"), cancellation: stop.Token));

        var error = Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(TinyRun.Options)
                .Run(TinyRun.Images(), folder.PathOf("cut"), resume: true, TestContext.Current.CancellationToken));
        Assert.Contains(
            $"started with the augmentation {typeof(Own).FullName}, now with no custom augmentation",
            error.Message,
            StringComparison.Ordinal);

        new Pretrainer(TinyRun.Options) { CustomAugmentation = erasing }.Run(
            TinyRun.Images(), folder.PathOf("cut"), resume: true, TestContext.Current.CancellationToken);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("cut"));
    }

    [Fact]
    public void It_is_refused_if_the_device_makes_the_views()
    {
        var pretrainer = new Pretrainer(TinyRun.Options with { AugmentOn = AugmentationPlace.Device })
        {
            CustomAugmentation = new Own((_, _, _) => { }),
        };
        var error = Assert.Throws<ConfigurationException>(() => pretrainer.Run(
            TinyRun.Images(), folder.PathOf("run"), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("augment_on is device", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.PathOf("run")));
    }

    private static InMemoryDataSet Set()
        => new(Enumerable.Range(0, Images).Select(i => RandomImages.Noise(16 + i, 20, i)));

    /// <summary>All images of each epoch in one batch, as floats.</summary>
    private static float[] Batch(InMemoryDataSet set, ViewWriter views, bool bfloat16, int workers, int epochs = 1)
    {
        using var ring = new PixelRing(
            2 * Images, Views.Size, "cpu", bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var loader = new BatchLoader(
            set, ring.Memory, views.Write, new SkippedImages(set), workers, substituteUnreadable: true);
        BatchPlan[] plans = [.. Enumerable.Range(0, epochs)
            .Select(epoch => new BatchPlan(epoch, [.. Enumerable.Range(0, Images)]))];
        return [.. loader.Load(plans, TestContext.Current.CancellationToken).SelectMany(batch =>
        {
            using var scope = NewDisposeScope();
            return ring.Take(batch.Slot, 2 * Images).permute(
                0, 2, 3, 1).to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
        })];
    }

    private static float[] Rounded(float[] values)
    {
        using var scope = NewDisposeScope();
        return tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>().ToArray();
    }

    private delegate void Step(Span<float> view, int size, Random random);

    private sealed class Own(Step step) : IAugmentation
    {
        public void Apply(Span<float> view, int size, Random random) => step(view, size, random);
    }
}
