using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Losses;
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
    [InlineData(3.87, 0.16, 0.9, "healthy: ")]             // a low temperature: by the loss alone this would be chance
    [InlineData(2.90, 0.03, 0.9, "healthy: ")]
    [InlineData(3.44, 0.03, 0.01, "collapsed: ")]
    public void The_verdict_is_by_loss_and_contrastive_accuracy(
        double loss, double first, double spread, string words)
        => Assert.StartsWith(words, Health(loss, first, spread).Describe());

    // Warm-up takes 40 steps; 3.414 is chance minus 0.02.
    [Theory]
    [InlineData(1, 5.80, 0.03, 0.9, "just starting: ")]
    [InlineData(1, 5.80, 0.16, 0.9, "just starting: ")]    // random weights rank partners first, by their colors
    [InlineData(139, 3.44, 0.16, 0.9, "just starting: ")]
    [InlineData(139, 3.4141, 0.16, 0.9, "just starting: ")]
    [InlineData(139, 3.4139, 0.03, 0.9, "healthy: ")]
    [InlineData(1, 3.00, 0.03, 0.9, "healthy: ")]
    [InlineData(1, 5.80, 0.03, 0.01, "collapsed: ")]
    [InlineData(140, 3.87, 0.16, 0.9, "healthy: ")]
    [InlineData(140, 3.44, 0.03, 0.9, "still at chance: ")]
    public void In_the_first_steps_a_loss_at_or_above_chance_is_neither_healthy_nor_a_bad_sign(
        long step, double loss, double first, double spread, string words)
        => Assert.StartsWith(words, Health(loss, first, spread).After(step, 40).Describe());

    [Fact]
    public void A_run_of_one_step_is_just_starting()
    {
        PretrainOptions options = TinyRun.Options with
        {
            Loss = new LossOptions { Temperature = 0.05 },
            Batch = new BatchOptions { Size = 64 },
            Schedule = new ScheduleOptions { Epochs = 1, WarmupEpochs = 0 },
        };
        RunHealth health = TinyRun.Train(folder, "run", options).Health!;
        Assert.True(health.Loss > health.ChanceLoss, $"{health}");
        Assert.True(health.JustStarting);
        Assert.StartsWith("just starting: ", health.Describe());
    }

    [Fact]
    public void With_one_step_per_epoch_the_chance_warning_also_waits_for_the_first_steps()
    {
        Assert.Empty(LogEachStep(steps: 103));   // warm-up takes 4
        Assert.StartsWith(
            "Step 104, mean of the last 10 logged steps: still at chance", Assert.Single(LogEachStep(steps: 120)));
    }

    [Fact]
    public void A_run_that_stays_at_chance_past_warm_up_gets_one_warning()
        => Assert.Contains("still at chance", Assert.Single(Log(_ => Health(3.5, 0.04))));

    [Fact]
    public void Chance_during_warm_up_causes_no_warning()
        => Assert.Empty(Log(step => step <= 40 ? Health(3.5, 0.02) : Health(3.0, 0.3)));

    [Fact]
    public void Single_batches_at_chance_cause_no_warning()
        => Assert.Empty(Log(step => step % 20 == 0 ? Health(3.5, 0.03) : Health(3.5, 0.3)));

    [Fact]
    public void A_collapse_gets_one_warning()
        => Assert.Contains("collapsed", Assert.Single(Log(_ => Health(3.5, 0.04, spread: 0.01))));

    private static RunHealth Health(double loss, double first, double spread = 0.9)
        => new(loss, Chance, first, 31, spread, spread);

    // 30 logged steps in 30 epochs of ten steps, the first four for warm-up.
    private List<string> Log(Func<long, RunHealth> health) => Log(health, steps: 300, stepsPerEpoch: 10);

    private List<string> LogEachStep(int steps) => Log(_ => Health(3.5, 0.04), steps, stepsPerEpoch: 1);

    private List<string> Log(Func<long, RunHealth> health, int steps, int stepsPerEpoch)
    {
        var logger = new ListLogger();
        PretrainOptions options = TinyRun.Options with
        {
            Schedule = new ScheduleOptions { Epochs = 300, WarmupEpochs = 4 },
        };
        using var metrics = new MetricsLog(folder.PathOf("metrics.jsonl"), folder.PathOf("tensorboard"), 0);
        var meter = new RunMeter(
            0, new RunCalendar(stepsPerEpoch, steps, new CheckpointOptions()), options, null, metrics, logger)
        {
            Judge = _ => throw new InvalidOperationException("nothing is computed here"),
        };
        for (long step = stepsPerEpoch; step <= steps; step += stepsPerEpoch)
        {
            meter.Log(step, 0.1, health(step), null, TimeSpan.Zero);
        }

        return logger.Lines;
    }
}
