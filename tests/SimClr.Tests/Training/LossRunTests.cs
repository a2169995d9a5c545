using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LossRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nt-logistic", false, 1.386294)]
    [InlineData("nt-logistic", true, 1.386294)]
    [InlineData("margin", false, 0.8)]
    [InlineData("margin", true, 0.8)]
    public void Every_loss_trains_in_bf16_near_its_chance_level(string name, bool semiHard, double chance)
    {
        PretrainOptions options = TinyRun.Options with
        {
            Loss = new LossOptions { Name = EnumText.Parse<LossName>(name), SemiHard = semiHard, Temperature = 0.5 },
            Schedule = new ScheduleOptions { Epochs = 2, WarmupEpochs = 1 },
            Precision = Precision.Bf16,
        };
        TinyRun.Train(folder, "run", options);
        var metrics = MetricsLog.Read(new RunDirectory(folder.PathOf("run")).MetricsFile).ToArray();
        Assert.All(metrics, m => Assert.Equal(chance, m["chance_loss"], 1e-6));
        Assert.All(metrics, m => Assert.InRange(m["loss"], 0.3 * chance, 1.7 * chance));
    }

    [Fact]
    public void A_contradiction_is_refused_before_anything_is_read()
    {
        PretrainOptions options = TinyRun.Options with { Loss = new LossOptions { SemiHard = true } };
        Assert.Contains(
            "loss.semi_hard is true",
            Assert.Throws<ConfigurationException>(() => new Pretrainer(options)).Message,
            StringComparison.Ordinal);
    }
}
