using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LabelSmoothingTests : IDisposable
{
    private static readonly LossOptions Smooth = new() { LabelSmoothing = 0.1 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Supervised_training_uses_it_and_the_record_keeps_it()
    {
        double plain = Train("plain", TinyRun.Options.Loss).FinalLoss;
        double again = Train("again", new LossOptions { Temperature = 0.7 }).FinalLoss;   // of contrastive losses
        double smooth = Train("smooth", Smooth).FinalLoss;

        Assert.Equal(plain, again);
        Assert.NotEqual(plain, smooth);
        string record = new RunDirectory(folder.PathOf("smooth")).RunFile;
        Assert.Equal(0.1, RunRecord.Read(record).Configuration.Loss.LabelSmoothing);
        Assert.Contains("\"label_smoothing\": 0.1", File.ReadAllText(record));
    }

    [Fact]
    public void Fine_tuning_uses_it()
    {
        Train("run", TinyRun.Options.Loss);
        double Loss(double smoothing) => new FineTuning(
            folder.PathOf("run"),
            new FineTuneOptions { Steps = 4, BatchSize = 16, LabelSmoothing = smoothing },
            threads: 1).Run(TinyRun.Images(), TinyRun.Images()).FinalLoss;
        Assert.NotEqual(Loss(0), Loss(0.1));
    }

    [Fact]
    public void Contrastive_losses_refuse_it()
        => Assert.Contains(
            "loss.label_smoothing is 0.1, but the contrastive losses of pre-training have no labels",
            Assert.Throws<ConfigurationException>(
                () => new Pretrainer(TinyRun.Options with { Loss = Smooth })).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Values_out_of_range_are_refused(double value)
    {
        Assert.Contains(
            "expected a number from 0 to below 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new LossOptions { LabelSmoothing = value }).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FineTuneOptions { LabelSmoothing = value });
    }

    private PretrainResult Train(string name, LossOptions loss)
    {
        PretrainOptions options = TinyRun.Options with
        {
            Loss = loss,
            Schedule = new ScheduleOptions { Epochs = 1, WarmupEpochs = 0 },
            Threads = 1,
        };
        return new SupervisedTrainer(options).Run(TinyRun.Images(), folder.PathOf(name));
    }
}
