using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>
/// libtorch's device "meta" holds shapes and no values: reading a value from it, or mixing it with tensors of another
/// device, fails. As a program's default device it detects tensors created without an explicit device; as the compute
/// device it detects tensors created elsewhere and values that a step reads back.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class DefaultDeviceTests : IDisposable
{
    private static readonly PretrainOptions Options = TinyRun.Options with
    {
        Schedule = new ScheduleOptions { Epochs = 1, WarmupEpochs = 0 },
        OnlineLinear = true,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        set_default_device(CPU);
        folder.Dispose();
    }

    [Theory]
    [InlineData("cpu", null)]
    [InlineData("cpu", 6)]
    [InlineData("device", null)]
    public void A_run_is_the_same_whatever_the_default_device(string augmentOn, int? micro)
    {
        PretrainOptions options = Options with
        {
            AugmentOn = EnumText.Parse<AugmentationPlace>(augmentOn),
            Batch = Options.Batch with { Micro = micro },
        };
        TinyRun.Train(folder, "before", options);
        set_default_device(META);
        TinyRun.Train(folder, "after", options);
        Assert.Equal(TinyRun.Checkpoint(folder.PathOf("before")), TinyRun.Checkpoint(folder.PathOf("after")));
    }

    [Fact]
    public void Embeddings_and_their_evaluations_are_the_same_whatever_the_default_device()
    {
        TinyRun.Train(folder, "run", Options);
        (float[] values, double[] shares) = Use();
        set_default_device(META);
        (float[] valuesAfter, double[] sharesAfter) = Use();
        Assert.Equal(values, valuesAfter);
        Assert.Equal(shares, sharesAfter);

        (float[] Values, double[] Shares) Use()
        {
            using TrainedEncoder encoder = TrainedEncoder.Load(new RunDirectory(folder.PathOf("run")).EncoderFile);
            EmbeddingTable table = Embedder.Embed(encoder, TinyRun.Images());
            return (
                [.. table.Values],
                [KnnClassifier.Evaluate(table, table, 5).Top1, LinearEvaluation.OnEmbeddings(table, table).Top1]);
        }
    }

    [Theory]
    [InlineData(1, "sgd")]
    [InlineData(1, "adamw")]
    [InlineData(3, "sgd")]
    public void A_step_is_all_on_its_device_and_reads_nothing(int parts, string optimizer)
    {
        const int images = 12;
        PretrainOptions options = Options with
        {
            Head = Options.Head with { Kind = HeadKind.Linear, BatchNorm = false },
        };
        using var scope = NewDisposeScope();
        using var task = new ContrastiveTask(
            SimClrModel.Create(options, "meta", new Dense()), new Product(), images);
        task.Model.train();
        using Optimizer update = OptimizerCatalog.Create(
            Options.Optimizer with { Name = EnumText.Parse<OptimizerName>(optimizer) },
            ParameterGroups.FromModule(task.Model),
            []);
        IGradientStep step = task.Step(new RankShare(images, parts), World.Solo);
        for (int i = 0; i < 2; i++)
        {
            using var one = NewDisposeScope();
            update.ZeroGradients();
            StepOutcome outcome = step.Compute(() => Views(images / parts));
            update.Step(0.1);
            Assert.All(
                new[] { outcome.Loss, outcome.H, outcome.Output }, t => Assert.Equal(DeviceType.META, t.device_type));
        }

        Assert.All(
            task.Model.parameters().Where(p => p.requires_grad),
            p => Assert.Equal(DeviceType.META, p.grad!.device_type));
    }

    [Fact]
    public void Narrow_networks_are_channels_last_only_outside_the_processor()
    {
        ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.2 }, 12);
        using (resnet)
        {
            Assert.False(ChannelsLast.Convert(resnet));
            resnet.to(META);
            Assert.True(ChannelsLast.Convert(resnet));
            Assert.All(resnet.parameters().Where(p => p.dim() == 4), p => Assert.Equal(1, p.stride()[1]));
        }
    }

    private static ViewBatch Views(int images) => new(
        empty([2 * images, 12, 12, 3], device: META).permute(0, 3, 1, 2), zeros([2 * images], ScalarType.Int64, META));

    /// <summary>
    /// "meta" supports neither convolutions nor batch norms (nor LARS); the running statistics are still collected.
    /// </summary>
    private sealed class Dense : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear layer = nn.Linear(3 * 12 * 12, 8);
        private readonly SyncBatchNorm norm = SyncBatchNorm.ForVectors(8);

        public Dense()
            : base(nameof(Dense))
            => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            _ = norm.running_mean!.mul_(RootedScalars.Two);
            return BackwardHook.Attach(
                layer.forward(input.flatten(1)), () => { }, new RankedWorld(SingleProcess.Instance));
        }
    }

    /// <summary>"meta" does not support the operations of the library's losses either.</summary>
    private sealed class Product : IContrastiveLoss
    {
        public Tensor Forward(Tensor z1, Tensor z2) => z1.mul(z2).sum();

        public double ChanceLevel(int images) => 0;
    }
}
