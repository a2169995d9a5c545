using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

public sealed class RunHealthTests : IDisposable
{
    private const double Chance = 3.434;   // ln 31

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3.44, 0.03, 0.9, "still at chance: ")]
    [InlineData(5.60, 0.03, 0.9, "still at chance: ")]
    [InlineData(3.87, 0.16, 0.9, "healthy: ")]             // a low temperature: the loss alone would be called chance
    [InlineData(2.90, 0.03, 0.9, "healthy: ")]
    [InlineData(3.44, 0.03, 0.01, "collapsed: ")]
    public void The_verdict_is_by_loss_and_by_how_often_the_partner_ranks_first(
        double loss, double first, double spread, string words)
        => Assert.StartsWith(words, Health(loss, first, spread).Describe());

    [Fact]
    public void A_run_that_stays_at_chance_past_warm_up_is_warned_of_once()
        => Assert.Contains("still at chance", Assert.Single(Log(_ => Health(3.5, 0.04))));

    [Fact]
    public void Chance_during_warm_up_is_no_cause_for_a_warning()
        => Assert.Empty(Log(step => step <= 40 ? Health(3.5, 0.02) : Health(3.0, 0.3)));

    [Fact]
    public void Single_batches_at_chance_are_no_cause_for_a_warning()
        => Assert.Empty(Log(step => step % 20 == 0 ? Health(3.5, 0.03) : Health(3.5, 0.3)));

    [Fact]
    public void A_collapse_is_warned_of_once()
        => Assert.Contains("collapsed", Assert.Single(Log(_ => Health(3.5, 0.04, spread: 0.01))));

    private static RunHealth Health(double loss, double first, double spread = 0.9)
        => new(loss, Chance, first, 31, spread, spread);

    // 30 logged steps in 30 epochs of ten steps, the first four for warm-up.
    private List<string> Log(Func<long, RunHealth> health)
    {
        var logger = new ListLogger();
        PretrainOptions options = TinyRun.Options with { Schedule = new ScheduleOptions { Epochs = 30, WarmupEpochs = 4 } };
        using var metrics = new MetricsLog(folder.Of("metrics.jsonl"), folder.Of("tensorboard"), 0);
        var meter = new RunMeter(0, 300, options, null, metrics, logger);
        for (long step = 10; step <= 300; step += 10)
        {
            meter.Log(step, 10, 0.1, health(step), null, TimeSpan.Zero);
        }

        return logger.Lines;
    }
}
