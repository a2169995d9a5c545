using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Heads;
using static TorchSharp.torch;

namespace SimClr.Tests.Evaluation;

public sealed class LinearEvaluationTests
{
    private static readonly ViewOptions Views = new() { Size = 14, Blur = false, AreaMin = 0.5 };
    private static readonly LinearOptions Few = new() { Epochs = 15, BatchSize = 64, BaseRate = 1 };

    [Fact]
    public void The_encoder_comes_back_byte_for_byte_and_the_layer_learns()
    {
        using TrainedEncoder encoder = Untrained();
        encoder.Module.train();
        var before = ModuleState.Enumerate(encoder.Module).ToDictionary(e => e.Key, e => e.Value.clone());
        LinearResult result = LinearEvaluation.OnImages(
            encoder, Sample("train", 500), Sample("test", 300), Few with { Epochs = 20 });

        Assert.All(
            ModuleState.Enumerate(encoder.Module),
            e => Assert.True(e.Value.eq(before[e.Key]).all().item<bool>(), e.Key));
        Assert.All(encoder.Module.parameters(), p => Assert.True(p.grad is null || p.grad.IsInvalid));
        Assert.True(encoder.Module.training);
        Assert.True(result.Top1 > 0.35, $"{result.Top1}");
        Assert.True(result.Top5 > result.Top1);
        Assert.Equal((20, 500, 300, 10), (result.Epochs, result.TrainImages, result.TestImages, result.Classes));
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_whatever_the_number_of_workers()
    {
        using TrainedEncoder encoder = Untrained();
        LinearOptions once = Few with { Epochs = 2 };
        LinearResult[] results = [.. new[] { 1, 2, 4 }.Select(workers => LinearEvaluation.OnImages(
            encoder, Sample("train", 200), Sample("test", 100), once, new DataOptions { Workers = workers }))];
        Assert.Equal(results[0].FinalLoss, results[1].FinalLoss);
        Assert.Equal(results[0].FinalLoss, results[2].FinalLoss);
        Assert.NotEqual(
            results[0].FinalLoss,
            LinearEvaluation.OnImages(
                encoder, Sample("train", 200), Sample("test", 100), once with { Seed = 1 }).FinalLoss);
    }

    [Fact]
    public void The_first_loss_is_that_of_a_layer_of_zeros()
    {
        using TrainedEncoder encoder = Untrained();
        LinearResult one = LinearEvaluation.OnImages(
            encoder, Sample("train", 64), Sample("test", 20), new LinearOptions { Epochs = 1, BatchSize = 64 });
        Assert.Equal(Math.Log(10), one.FinalLoss, 1e-5);
    }

    [Fact]
    public void Images_without_labels_are_refused()
    {
        using TrainedEncoder encoder = Untrained();
        var unlabeled = new Training.WithoutLabels(Sample("train", 50));
        Assert.Throws<DataException>(() => LinearEvaluation.OnImages(encoder, unlabeled, Sample("test", 20)));
    }

    [Theory]
    [InlineData(10_000, 512)]
    [InlineData(1_281_167, 4096)]
    [InlineData(100, 100)]
    [InlineData(1000, 500)]    // 512 would leave out 488
    [InlineData(600, 300)]
    [InlineData(1535, 511)]
    [InlineData(537, 512)]     // 25 of 537 are 4.7%
    [InlineData(540, 270)]     // 28 of 540 are 5.2%
    [InlineData(8000, 512)]
    public void The_batch_is_the_papers_for_sets_of_that_size_or_leaves_out_little(int images, int batch)
        => Assert.Equal(batch, new LinearOptions().BatchSizeFor(images));

    [Fact]
    public void An_explicit_batch_size_is_kept()
        => Assert.Equal((512, 300), (
            new LinearOptions { BatchSize = 512 }.BatchSizeFor(1000),
            new LinearOptions { BatchSize = 512 }.BatchSizeFor(300)));

    [Fact]
    public void The_layer_starts_at_zero()
    {
        using var layer = new LinearClassifier(8, 3);
        using Tensor logits = layer.forward(rand(5, 8));
        Assert.Equal([5, 3], logits.shape);
        Assert.Equal(0, logits.abs().max().item<float>());
    }

    private static TrainedEncoder Untrained()
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 0.125 };
        var encoder = new TrainedEncoder(EncoderCatalog.Create(options, Views.Size), options, Views);
        GiveStatistics(encoder);
        return encoder;
    }

    // Batch norm needs image statistics before h separates images in inference mode.
    private static void GiveStatistics(TrainedEncoder encoder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var transform = new EvaluationTransform(Views);
        ImageDataSet images = Sample("train", 100);
        float[] pixels = new float[100 * 3 * Views.Size * Views.Size];
        for (int i = 0; i < images.Count; i++)
        {
            transform.Render(images.Read(i), pixels.AsSpan(i * pixels.Length / 100, pixels.Length / 100));
        }

        Tensor x = tensor(pixels, [100, Views.Size, Views.Size, 3]).permute(0, 3, 1, 2);
        encoder.Module.train();
        for (int i = 0; i < 40; i++)
        {
            encoder.Module.forward(x);
        }

        encoder.Module.eval();
    }

    private static ImageDataSet Sample(string split, int count)
        => DataSets.Open($"sample:{split}").Subset([.. Enumerable.Range(0, count)]);
}
