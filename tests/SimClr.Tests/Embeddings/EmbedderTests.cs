using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SimClr.Tests.Embeddings;

public sealed class EmbedderTests : IDisposable
{
    private const int Size = 8;
    private const int Several = 261; // two full batches and a partial one
    private static readonly DataOptions Lenient = new() { MaxSkipped = 0.9 };
    private readonly TrainedEncoder encoder = new(Module(), new EncoderOptions(), new ViewOptions { Size = Size });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => encoder.Dispose();

    [Fact]
    public void Each_row_is_the_representation_of_its_image_in_the_order_of_the_set()
    {
        using InMemoryDataSet set = Set(Several);
        EmbeddingTable table = Embedder.Embed(encoder, set, cancellation: Cancellation);
        Assert.Equal((Several, 4), (table.Count, table.Dimension));
        Assert.Equal(Enumerable.Range(0, Several).Select(set.PathOf), table.Paths);
        Assert.Equal(set.Labels, table.Labels);
        Assert.Equal(set.ClassNames, table.ClassNames);
        foreach (int index in new[] { 0, 1, 127, 128, 255, 256, Several - 1 })
        {
            GoldenImage.AssertClose([.. Alone(set.Read(index)).Select(v => (double)v)], table[index], 1e-5);
        }
    }

    [Fact]
    public void Images_that_cannot_be_read_get_no_row_and_labels_and_paths_follow()
    {
        int[] broken = [0, 5, 127, 128, 200, Several - 1];
        using FlawedDataSet set = Images.Set(Several, broken);
        var skipped = new SkippedImages(set, Lenient);
        EmbeddingTable table = Embedder.Embed(encoder, set, Lenient, skipped, cancellation: Cancellation);
        int[] kept = [.. Enumerable.Range(0, Several).Except(broken)];
        Assert.Equal(kept.Select(set.PathOf), table.Paths);
        Assert.Equal(kept.Select(index => set.Labels[index]), table.Labels);
        Assert.Equal(set.ClassNames, table.ClassNames);
        Assert.Equal(broken.Length, skipped.Count);
        foreach (int row in new[] { 0, 4, 125, 126, table.Count - 1 })
        {
            GoldenImage.AssertClose([.. Alone(Images.Of(kept[row])).Select(v => (double)v)], table[row], 1e-5);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void The_values_are_the_same_whatever_the_workers(int workers)
    {
        using InMemoryDataSet set = Set(Several);
        float[] one = Embedder.Embed(encoder, set, Lenient with { Workers = 1 }, cancellation: Cancellation).Values;
        Assert.Equal(
            one, Embedder.Embed(encoder, set, Lenient with { Workers = workers }, cancellation: Cancellation).Values);
    }

    [Fact]
    public void Weights_and_batch_norm_statistics_are_untouched()
    {
        encoder.Module.train();
        Dictionary<string, float[]> before = State();
        using InMemoryDataSet set = Set(10);
        Embedder.Embed(encoder, set, cancellation: Cancellation);
        Assert.Contains(before.Keys, name => name.EndsWith("running_mean", StringComparison.Ordinal));
        Assert.Equal(before, State());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_mode_is_restored_even_after_an_error(bool training)
    {
        encoder.Module.train(training);
        using InMemoryDataSet set = Set(3);
        Embedder.Embed(encoder, set, cancellation: Cancellation);
        AssertModes(training);
        using FlawedDataSet broken = Images.Set(3, 1);
        Assert.Throws<DataException>(() => Embedder.Embed(encoder, broken, cancellation: Cancellation));
        AssertModes(training);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void A_separately_frozen_part_stays_frozen()
    {
        encoder.Module.train();
        Module frozen = encoder.Module.modules().OfType<TorchSharp.Modules.BatchNorm2d>().Single();
        frozen.eval();
        using InMemoryDataSet set = Set(3);
        Embedder.Embed(encoder, set, cancellation: Cancellation);
        Assert.True(encoder.Module.training);
        Assert.False(frozen.training);
    }

    [Fact]
    public void Training_mode_and_neighbors_in_the_batch_do_not_change_a_row()
    {
        using InMemoryDataSet set = Set(20);
        encoder.Module.train();
        EmbeddingTable all = Embedder.Embed(encoder, set, cancellation: Cancellation);
        encoder.Module.eval();
        EmbeddingTable some = Embedder.Embed(encoder, set.Subset([7, 3]), cancellation: Cancellation);
        GoldenImage.AssertClose([.. all.Subset([7, 3]).Values.Select(v => (double)v)], some.Values, 1e-6);
    }

    [Fact]
    public void Sets_with_too_many_unreadable_images_are_data_errors()
    {
        using FlawedDataSet many = Images.Set(10, 2, 3);
        Assert.Throws<DataException>(() => Embedder.Embed(encoder, many, cancellation: Cancellation));
        using FlawedDataSet all = Images.Set(2, 0, 1);
        var error = Assert.Throws<DataException>(
            () => Embedder.Embed(encoder, all, Lenient with { MaxSkipped = 1 }, cancellation: Cancellation));
        Assert.Contains("no image could be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_ends_at_the_number_of_rows_and_cancellation_stops()
    {
        using InMemoryDataSet set = Set(Several);
        var reports = new Reports();
        Embedder.Embed(encoder, set, progress: reports, cancellation: Cancellation);
        Assert.Equal([.. Enumerable.Range(1, Several / 32).Select(batch => 32 * batch), Several], reports.Values);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Embedder.Embed(encoder, set, cancellation: source.Token));
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using InMemoryDataSet set = Set(Several);
        Embedder.Embed(encoder, set, cancellation: Cancellation);
        using var count = new TensorCount();
        Embedder.Embed(encoder, set, cancellation: Cancellation);
        Assert.Equal(0, count.Growth);
        using Tensor kept = zeros(1);
        Assert.Equal(1, count.Growth);
    }

    private static Module<Tensor, Tensor> Module()
    {
        random.manual_seed(1);
        return Sequential(
            ("body", Sequential(("conv", Conv2d(3, 4, 3)), ("norm", BatchNorm2d(4)), ("relu", ReLU()))),
            ("drop", Dropout(0.5)), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()));
    }

    private static InMemoryDataSet Set(int count)
        => new(
            Enumerable.Range(0, count).Select(i => RandomImages.Noise(6 + (i % 5), 7 + (i % 3), i)),
            [.. Enumerable.Range(0, count).Select(i => i % 4)]);

    private float[] Alone(RgbImage image)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        float[] pixels = new float[3 * Size * Size];
        new EvaluationTransform(encoder.Views).Render(image, pixels);
        bool training = encoder.Module.training;
        encoder.Module.eval();
        Tensor h = encoder.Module.forward(tensor(pixels, [1, Size, Size, 3]).permute(0, 3, 1, 2));
        encoder.Module.train(training);
        return h.data<float>().ToArray();
    }

    private Dictionary<string, float[]> State()
    {
        using var scope = NewDisposeScope();
        return encoder.Module.state_dict()
            .ToDictionary(t => t.Key, t => t.Value.to_type(ScalarType.Float32).data<float>().ToArray());
    }

    private void AssertModes(bool training)
        => Assert.All(encoder.Module.modules().Prepend(encoder.Module), part => Assert.Equal(training, part.training));

    private sealed class Reports : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
