using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.AcceptanceTests;

public sealed class ConvergenceTests
{
    [Fact]
    public void A_short_run_on_real_images_learns_a_better_representation_than_the_untrained_encoder()
    {
        using var folder = new WorkingFolder();
        PretrainOptions options = Presets.Load("demo") with
        {
            Schedule = new() { Epochs = 6, WarmupEpochs = 1 },
            Threads = 1,
        };
        ImageDataSet train = DataSets.Open("sample:").Subset([.. Enumerable.Range(0, 2048)]);
        ImageDataSet test = DataSets.Open("sample:test").Subset([.. Enumerable.Range(0, 1000)]);
        using var untrained = new TrainedEncoder(
            EncoderCatalog.Create(options.Encoder, options.Views.Size, options.Seed), options.Encoder, options.Views);
        double before = Accuracy(untrained);

        PretrainResult result = new Pretrainer(options).Run(train, folder.PathOf("run"));
        using TrainedEncoder trained = TrainedEncoder.Load(folder.PathOf("run"));
        double after = Accuracy(trained);

        Assert.True(after > before + 0.1, $"kNN {before:F3} before, {after:F3} after");
        Assert.True(result.FinalLoss < result.Health!.ChanceLoss - 0.5, $"{result.Health}");
        Assert.False(result.Health.Collapsed);
        TestContext.Current.TestOutputHelper?.WriteLine($"kNN {before:F3} before, {after:F3} after; {result.Health}");

        double Accuracy(TrainedEncoder encoder)
            => KnnClassifier.Evaluate(Embedder.Embed(encoder, train), Embedder.Embed(encoder, test)).Top1;
    }
}
