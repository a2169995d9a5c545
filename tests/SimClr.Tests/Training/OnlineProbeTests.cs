using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class OnlineProbeTests : IDisposable
{
    private static readonly PretrainOptions Options = TinyRun.Options with { Threads = 1 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("fp32", null)]
    [InlineData("bf16", 6)]
    public void The_encoder_is_bit_identical_with_and_without_the_probe(string precision, int? micro)
    {
        PretrainOptions options = Options with
        {
            Precision = EnumText.Parse<Precision>(precision),
            Batch = Options.Batch with { Micro = micro },
        };
        TinyRun.Train(folder, "without", options);
        PretrainResult result = TinyRun.Train(folder, "with", options with { OnlineLinear = true });

        Assert.Equal(
            File.ReadAllBytes(new RunDirectory(folder.PathOf("without")).EncoderFile),
            File.ReadAllBytes(new RunDirectory(folder.PathOf("with")).EncoderFile));
        using SafetensorsFile without = SafetensorsFile.Read(
            new RunDirectory(folder.PathOf("without")).LatestCheckpoint()!);
        using SafetensorsFile with = SafetensorsFile.Read(result.Checkpoint);
        Assert.All(without.Tensors, t => Assert.True(t.Value.equal(with.Tensors[t.Key]).all().item<bool>(), t.Key));
        Assert.Equal(4, with.Tensors.Count - without.Tensors.Count);   // weight and bias, with their momentum
        Assert.All(
            with.Tensors.Keys.Except(without.Tensors.Keys),
            name => Assert.True(with.Tensors[name].abs().max().item<float>() > 0, name));

        double[] shares = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("with")).MetricsFile)
            .Select(m => m["online_linear"])];
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
        Assert.Equal(shares[^1], result.OnlineTop1);
    }

    [Fact]
    public void Gradients_of_the_model_are_the_same_with_and_without()
    {
        PretrainOptions options = Options with { OnlineLinear = true };
        using var scope = NewDisposeScope();
        using ContrastiveTask task = ContrastiveTask.Create(options, TestDevice.Name, null);
        using OnlineProbe probe = OnlineProbe.For(
            TinyRun.Images(), task.RepresentationSize, options, new ComputePlan(TestDevice.Name, "fp32", 1))!;
        var feed = new ViewBatch(
            rand(32, 3, 12, 12).ToTestDevice(), arange(16, ScalarType.Int64).repeat(2).ToTestDevice());
        StepOutcome outcome = task.Step(new RankShare(16, parts: 1), World.Solo).Compute(() => feed);
        Tensor[] before = [.. Gradients().Select(g => g.clone())];
        probe.Learn(outcome, 0);
        Assert.All(before.Zip(Gradients()), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));

        IEnumerable<Tensor> Gradients() => task.Model.parameters().Where(p => p.requires_grad).Select(p => p.grad!);
    }

    [Fact]
    public void It_learns_separable_classes_and_counts_before_it_learns()
    {
        PretrainOptions options = Options with
        {
            OnlineLinear = true,
            Schedule = new ScheduleOptions { Epochs = 50, WarmupEpochs = 0 },
            Batch = new BatchOptions { Size = 64 },
        };
        using var scope = NewDisposeScope();
        SimClr.Data.ImageDataSet images = TinyRun.Images();
        using OnlineProbe probe = OnlineProbe.For(images, 10, options, new ComputePlan(TestDevice.Name, "fp32", 1))!;
        Tensor labels = tensor(images.Labels!.Select(label => (long)label).ToArray());
        Tensor h = nn.functional.one_hot(labels, 10).to_type(ScalarType.Float32).mul(5).ToTestDevice();
        var outcome = new StepOutcome(zeros(1), h, h, arange(64, ScalarType.Int64).ToTestDevice());

        probe.Learn(outcome, 0);
        // a layer of zeros predicts class 0
        Assert.Equal(images.Labels!.Count(label => label == 0) / 64.0, probe.Top1());
        for (int step = 1; step < 50; step++)
        {
            probe.Learn(outcome, step);
        }

        probe.Top1();
        probe.Learn(outcome, 49);
        Assert.Equal(1, probe.Top1());
        Assert.Null(probe.Top1());
    }

    [Fact]
    public void A_cancelled_run_resumes_bit_exactly_with_its_probe()
    {
        PretrainOptions options = Options with { OnlineLinear = true };
        TinyRun.Train(folder, "whole", options);
        using var stop = new CancellationTokenSource();
        var trainer = new Pretrainer(options) { Progress = new Reporter(_ => stop.Cancel()) };
        Assert.Throws<OperationCanceledException>(
            () => trainer.Run(TinyRun.Images(), folder.PathOf("parts"), cancellation: stop.Token));
        new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
    }

    [Fact]
    public void Images_without_labels_and_supervised_runs_are_refused()
    {
        PretrainOptions options = Options with { OnlineLinear = true };
        var error = Assert.Throws<DataException>(
            () => new Pretrainer(options).Run(new WithoutLabels(TinyRun.Images()), folder.PathOf("run")));
        Assert.Contains("online_linear", error.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => new SupervisedTrainer(options));
    }
}
