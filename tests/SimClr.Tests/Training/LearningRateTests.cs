using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Evaluation;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Tests.Distributed;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>The rates that training really uses, where batches leave out much of an epoch.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class LearningRateTests : IDisposable
{
    // One step per epoch, of which two are warm-up: linear from 0 to the peak, then half a cosine over six steps.
    private static readonly PretrainOptions Options = TinyRun.Options with
    {
        Batch = new BatchOptions { Size = 64 },
        Schedule = new ScheduleOptions { Epochs = 8, WarmupEpochs = 2 },
        Optimizer = new OptimizerOptions { PeakRate = 1 },
        Threads = 1,
    };

    private static readonly double[] Expected = [0, 0.5, 1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void On_127_images_at_batch_64_it_rises_from_0_to_the_peak_and_falls_to_0()
    {
        new Pretrainer(Options).Run(TinyRun.Images(127), folder.PathOf("run"));
        AssertRates(Expected, "run");
    }

    [Fact]
    public void Supervised_training_and_several_ranks_have_the_same_rates()
    {
        new SupervisedTrainer(Options).Run(TinyRun.Images(127), folder.PathOf("supervised"));
        AssertRates(Expected, "supervised");
        _ = ThreadRanks.Run(
            2,
            ranks => new Pretrainer(Options) { Communicator = ranks }.Run(TinyRun.Images(127), folder.PathOf("ranks")));
        AssertRates(Expected, "ranks");
    }

    [Fact]
    public void A_run_resumed_for_more_epochs_ends_at_0()
    {
        new Pretrainer(Options).Run(TinyRun.Images(127), folder.PathOf("run"));
        PretrainOptions longer = Options with { Schedule = Options.Schedule with { Epochs = 14 } };
        new Pretrainer(longer).Run(TinyRun.Images(127), folder.PathOf("run"), resume: true);

        // The cosine over twelve steps, from its seventh step on.
        AssertRates([.. Expected, 0.5, 0.3705905, 0.25, 0.1464466, 0.0669873, 0.0170371], "run");
    }

    [Fact]
    public void The_warm_up_of_the_preset_for_photographs_takes_its_ten_epochs_on_100_images()
    {
        PretrainOptions photos = Presets.Load("photos");
        PretrainOptions small = photos with
        {
            Views = TinyRun.Options.Views,
            Encoder = TinyRun.Options.Encoder,
            Schedule = photos.Schedule with { Epochs = 12 },
            Threads = 1,
        };
        new Pretrainer(small).Run(TinyRun.Images(100), folder.PathOf("run"));

        // The peak is 0.075 · √64 = 0.6.
        AssertRates([0, 0.06, 0.12, 0.18, 0.24, 0.3, 0.36, 0.42, 0.48, 0.54, 0.6, 0.3], "run");
    }

    [Fact]
    public void The_layer_of_a_linear_evaluation_moves_by_half_a_cosine_over_the_steps_taken()
    {
        using var scope = NewDisposeScope();
        var options = new LinearOptions { Momentum = 0 };
        using var trainer = new LinearTrainer(
            2, 2, images: 1000, options.BatchSizeFor(1000), epochs: 3, peak: 1, options, TestDevice.Name,
            SingleProcess.Instance, ScalarType.Float64);
        AssertMoves(
            [1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873],
            h => trainer.Step(
                h.to_type(ScalarType.Float64),
                arange(500, dtype: ScalarType.Int64).remainder(2).ToTestDevice(),
                last: false),
            () => trainer.Logits(ones(1, 2, dtype: ScalarType.Float64).ToTestDevice())[0],
            rows: 500);
    }

    /// <summary>Compared with a run of an earlier version over the 12 steps that it counted.</summary>
    [Theory]
    [InlineData(false, 1.0, 0.9330127, 0.75, 0.5, 0.25, 0.0669873)]
    [InlineData(true, 1.0, 0.9829629, 0.9330127, 0.8535534, 0.75, 0.6294095)]
    public void The_online_linear_layer_moves_by_half_a_cosine_over_the_steps_taken(bool earlier, params double[] rates)
    {
        using var scope = NewDisposeScope();
        ImageDataSet photos = TinyRun.Images(127);
        using var images = new InMemoryDataSet(
            [.. Enumerable.Range(0, 127).Select(photos.Read)],
            [.. Enumerable.Range(0, 127).Select(i => i % 2)],
            ["a", "b"]);
        PretrainOptions options = Options with
        {
            OnlineLinear = true,
            Schedule = new ScheduleOptions { Epochs = 6, WarmupEpochs = 0 },
        };
        using OnlineProbe probe = OnlineProbe.For(
            images, 2, options, new ComputePlan(TestDevice.Name, "fp32", 1) { HasEarlierSchedule = earlier })!;
        Tensor weight = probe.State.Single(s => s.Key == "probe.layer.weight").Value;
        int step = 0;

        // Nesterov momentum 0.9 of a constant gradient: each step moves by 1 + 0.9 · (1 + 0.9 + … ) of it.
        AssertMoves(
            [.. rates.Zip([1.9, 2.71, 3.439, 4.0951, 4.68559, 5.217031], (rate, moved) => rate * moved)],
            h => probe.Learn(
                new StepOutcome(
                    zeros(1), h, h, Numbers.ToTensor(Enumerable.Range(0, 128).Select(i => i % 2)).ToTestDevice()),
                step++),
            () => weight[0].sum().item<float>(),
            rows: 128);
    }

    // Two classes on either side of zero, so close that the softmax, and with it the gradient, stays constant: only the
    // rate changes the moves.
    private static void AssertMoves(double[] expected, Action<Tensor> step, Func<double> position, int rows)
    {
        var moves = new List<double>();
        foreach (double _ in expected)
        {
            double before = position();
            step(arange(rows).remainder(2).mul(-2e-4f).add(1e-4f).view(
                -1, 1).expand(rows, 2).to_type(ScalarType.Float32).ToTestDevice());
            moves.Add(position() - before);
        }

        Assert.All(moves.Zip(expected), pair => Assert.Equal(pair.Second / expected[0], pair.First / moves[0], 1e-4));
    }

    private void AssertRates(double[] expected, string name)
    {
        double[] rates = [.. MetricsLog.Read(new RunDirectory(folder.PathOf(name)).MetricsFile)
            .Select(m => m["learning_rate"])];
        Assert.Equal(expected.Length, rates.Length);
        Assert.All(expected.Zip(rates), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
