using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class SupervisedTests : IDisposable
{
    private static readonly PretrainOptions Options = TinyRun.Options with
    {
        Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 0.1 },
        Threads = 1,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_leaves_the_files_of_a_pretraining_run_and_its_classifier()
    {
        PretrainResult result = Train("run");
        var run = new RunDirectory(folder.PathOf("run"));

        Assert.Equal((12, 3), (result.Steps, result.Epochs));
        Assert.True(result.Health!.Supervised);
        Assert.Equal(run.LatestCheckpoint(), result.Checkpoint);
        var metrics = MetricsLog.Read(run.MetricsFile).ToArray();
        Assert.Equal([4, 8, 10, 12], metrics.Select(m => m["step"]));
        Assert.All(metrics, m => Assert.Equal(Math.Log(10), m["chance_loss"], 1e-12));
        Assert.All(metrics, m => Assert.InRange(m["batch_top1"], 0, 1));
        Assert.Equal("supervised", RunRecord.Read(run.RunFile).Task);

        using TrainedClassifier classifier = TrainedClassifier.Load(run.Root);
        Assert.Equal(10, classifier.Test(TinyRun.Images()).ClassNames.Count);
    }

    [Fact]
    public void It_starts_from_the_weights_of_pretraining_and_at_the_loss_of_a_layer_of_zeros()
    {
        PretrainOptions once = Options with
        {
            Batch = new BatchOptions { Size = 64 },
            Schedule = new ScheduleOptions { Epochs = 1, WarmupEpochs = 0 },
            Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 1e-30 },
        };
        Assert.Equal(Math.Log(10), Train("run", once).FinalLoss, 1e-5);
        using SimClrModel start = SimClrModel.Create(once, TestDevice.Name, null);
        using TrainedEncoder encoder = TrainedEncoder.Load(folder.PathOf("run"));
        foreach (var (name, parameter) in start.Encoder.named_parameters())
        {
            Assert.True(parameter.cpu().allclose(encoder.Module.get_parameter(name)!), name);
        }
    }

    [Fact]
    public void The_loss_goes_down()
    {
        Train("run", Options with { Schedule = new ScheduleOptions { Epochs = 12, WarmupEpochs = 1 } });
        double[] losses = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("run")).MetricsFile)
            .Select(m => m["loss"])];
        Assert.True(losses[^8..].Average() < Math.Log(10) - 0.2, string.Join(" ", losses));
    }

    // If LARS adapted the layer of zeros, each step would move it by a thousandth of its norm, and the loss would stay
    // at ln 10.
    [Fact]
    public void The_loss_goes_down_under_LARS()
    {
        Train("run", TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { PeakRate = 0.3 },
            Batch = new BatchOptions { Size = 64 },
            Schedule = new ScheduleOptions { Epochs = 30, WarmupEpochs = 1 },
            Threads = 1,
        });
        double[] losses = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("run")).MetricsFile)
            .Select(m => m["loss"])];
        Assert.True(losses[^8..].Average() < Math.Log(10) - 0.2, string.Join(" ", losses));
    }

    [Theory]
    [InlineData("fp32", null, "cpu")]
    [InlineData("bf16", null, "cpu")]
    [InlineData("fp32", 6, "cpu")]
    [InlineData("fp32", null, "device")]
    [InlineData("fp32", null, "cpu", "lars")]   // The layer that started at zero still is not adapted.
    public void A_cancelled_run_resumes_bit_exactly(
        string precision, int? micro, string augmentOn, string optimizer = "sgd")
    {
        PretrainOptions options = Options with
        {
            Optimizer = Options.Optimizer with { Name = EnumText.Parse<OptimizerName>(optimizer) },
            Precision = EnumText.Parse<Precision>(precision),
            AugmentOn = EnumText.Parse<AugmentationPlace>(augmentOn),
            Batch = Options.Batch with { Micro = micro },
        };
        Train("whole", options);
        using var stop = new CancellationTokenSource();
        var trainer = new SupervisedTrainer(options) { Progress = new Reporter(_ => stop.Cancel()) };
        Assert.Throws<OperationCanceledException>(
            () => trainer.Run(TinyRun.Images(), folder.PathOf("parts"), cancellation: stop.Token));
        new SupervisedTrainer(options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);

        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
        (RunDirectory whole, RunDirectory parts) = (new(folder.PathOf("whole")), new(folder.PathOf("parts")));
        Assert.Equal(File.ReadAllBytes(whole.EncoderFile), File.ReadAllBytes(parts.EncoderFile));
        Assert.Equal(File.ReadAllBytes(whole.ClassifierFile), File.ReadAllBytes(parts.ClassifierFile));
    }

    [Fact]
    public void Parts_of_a_batch_add_up_to_its_gradient_where_batch_norm_is_frozen()
    {
        using var scope = NewDisposeScope();
        ImageDataSet images = TinyRun.Images();
        using SupervisedTask whole = SupervisedTask.Create(Options, images, TestDevice.Name);
        using SupervisedTask parts = SupervisedTask.Create(Options, images, TestDevice.Name);
        Tensor x = rand(10, 3, 12, 12).ToTestDevice();
        StepOutcome expected = Compute(whole, 10);
        StepOutcome got = Compute(parts, 4);

        Assert.Equal(expected.Loss.item<float>(), got.Loss.item<float>(), 1e-5);
        Assert.Equal(expected.Images.cpu().data<long>(), got.Images.cpu().data<long>());
        Assert.True(expected.H.allclose(got.H, 1e-4, 1e-5));
        foreach (var (name, parameter) in whole.Model.named_parameters()
            .Where(p => p.name.StartsWith("classifier", StringComparison.Ordinal)))
        {
            Assert.True(parameter.grad!.abs().max().item<float>() > 0, name);
            Assert.True(parts.Model.get_parameter(name)!.grad!.allclose(parameter.grad!, 1e-3, 1e-6), name);
        }

        StepOutcome Compute(SupervisedTask task, int micro)
        {
            task.Model.eval();
            var queue = new Queue<int[]>(
                MicroBatches.Share(10, micro, SingleProcess.Instance).Split([.. Enumerable.Range(0, 10)]));
            return task.Step(MicroBatches.Share(10, micro, SingleProcess.Instance), World.Solo).Compute(() =>
            {
                int[] part = queue.Dequeue();
                return new ViewBatch(x.narrow(0, part[0], part.Length), Numbers.ToTensor(part).ToTestDevice());
            });
        }
    }

    [Fact]
    public void Steps_leave_no_live_tensors_behind()
    {
        var counts = new List<long>();
        PretrainOptions options = Options with { Schedule = new ScheduleOptions { Epochs = 6, WarmupEpochs = 1 } };
        new SupervisedTrainer(options)
        {
            Progress = new Reporter(_ => counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount)),
        }
            .Run(TinyRun.Images(), folder.PathOf("run"));
        Assert.Single(counts.Skip(2).Distinct());
    }

    [Fact]
    public void Images_without_labels_or_of_one_class_are_refused_before_anything_is_written()
    {
        ImageDataSet images = TinyRun.Images();
        int ones = images.Labels![0];
        int[] one = [.. Enumerable.Range(0, 64).Where(i => images.Labels[i] == ones)];
        var trainer = new SupervisedTrainer(Options);
        Assert.Contains("has no labels", Refused(new WithoutLabels(images)), StringComparison.Ordinal);
        Assert.Contains("images are of one class", Refused(images.Subset(one)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.PathOf("run")));

        string Refused(ImageDataSet set)
            => Assert.Throws<DataException>(() => trainer.Run(set, folder.PathOf("run"))).Message;
    }

    [Fact]
    public void A_supervised_run_resumes_only_as_supervised()
    {
        Train("run");
        var error = Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(Options).Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
        Assert.Contains("started with task supervised", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_that_is_missing_or_for_other_classes_is_refused()
    {
        TinyRun.Train(folder, "pretrained");
        Assert.Contains(
            "there is no classifier",
            Assert.Throws<DataException>(() => TrainedClassifier.Load(folder.PathOf("pretrained"))).Message,
            StringComparison.Ordinal);

        Train("run");
        using TrainedClassifier classifier = TrainedClassifier.Load(folder.PathOf("run"));
        using ImageDataSet other = new InMemoryDataSet(
            [TinyRun.Images().Read(0), TinyRun.Images().Read(1)], [0, 1], ["cat", "dog"]);
        Assert.Contains(
            "different classes",
            Assert.Throws<DataException>(() => classifier.Test(other)).Message,
            StringComparison.Ordinal);
    }

    private PretrainResult Train(string name, PretrainOptions? options = null)
        => new SupervisedTrainer(options ?? Options).Run(TinyRun.Images(), folder.PathOf(name));
}
