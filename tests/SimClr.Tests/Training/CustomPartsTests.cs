using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using OptimizerOptions = SimClr.Optimizers.OptimizerOptions;

namespace SimClr.Tests.Training;

/// <summary>A custom loss, head, and optimizer train, resume bit-exactly, and are recorded.</summary>
public sealed class CustomPartsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parts_equivalent_to_the_configured_ones_give_the_same_bytes()
    {
        PretrainOptions options = TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 0.05, WeightDecay = 0 },
        };
        new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("configured"));
        new Pretrainer(options)
        {
            CustomLoss = new Wrapped(LossCatalog.Create(options.Loss)),
            CustomOptimizer = parameters => new Nesterov(parameters),
        }.Run(TinyRun.Images(), folder.PathOf("custom"));
        Assert.Equal(Weights("configured"), Weights("custom"));
        string record = File.ReadAllText(folder.PathOf("custom/run.json"));
        Assert.Contains(
            $"\"custom_loss\": \"{typeof(Wrapped).FullName}\"",
            record.Replace("\\u002B", "+", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("custom_optimizer", record, StringComparison.Ordinal);
        Assert.DoesNotContain("custom_head", record, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_with_custom_parts_resumes_only_with_them()
    {
        using Linear whole = Head();
        new Pretrainer(TinyRun.Options) { CustomHead = whole, CustomOptimizer = parameters => new Nesterov(parameters) }
            .Run(TinyRun.Images(), folder.PathOf("whole"));

        using var stop = new CancellationTokenSource();
        using Linear first = Head();
        var interrupted = new Pretrainer(TinyRun.Options)
        {
            CustomHead = first,
            CustomOptimizer = parameters => new Nesterov(parameters),
            Progress = new Reporter(_ => stop.Cancel()),
        };
        Assert.ThrowsAny<OperationCanceledException>(
            () => interrupted.Run(TinyRun.Images(), folder.PathOf("parts"), cancellation: stop.Token));

        var without = Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(TinyRun.Options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true));
        Assert.Contains("now with no custom head", without.Message, StringComparison.Ordinal);

        using Linear second = Head();
        new Pretrainer(TinyRun.Options)
        {
            CustomHead = second,
            CustomOptimizer = parameters => new Nesterov(parameters),
        }
            .Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        Assert.Equal(Weights("whole"), Weights("parts"));
        Assert.True(second.weight.eq(whole.weight).all().item<bool>());

        var projection = Assert.Throws<ConfigurationException>(() => TrainedHead.CheckpointOf(folder.PathOf("parts")));
        Assert.Contains(typeof(Linear).FullName!, projection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_optimizer_is_refused()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new Pretrainer(TinyRun.Options)
        {
            CustomOptimizer = parameters => new Nesterov(parameters),
            Progress = new Reporter(_ => stop.Cancel()),
        };
        Assert.ThrowsAny<OperationCanceledException>(
            () => interrupted.Run(TinyRun.Images(), folder.PathOf("run"), cancellation: stop.Token));
        var error = Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(TinyRun.Options) { CustomOptimizer = parameters => new Sgd(parameters) }
                .Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
        Assert.Contains(typeof(Sgd).FullName!, error.Message, StringComparison.Ordinal);
    }

    private byte[] Weights(string run) => File.ReadAllBytes(new RunDirectory(folder.PathOf(run)).LatestCheckpoint()!);

    private static Linear Head()
    {
        Linear head = nn.Linear(Representation, 8, hasBias: false);
        using var _ = no_grad();
        head.weight.copy_(
            arange(8 * Representation, dtype: ScalarType.Float32).mul(0.37).sin().reshape(8, Representation));
        return head;
    }

    private static int Representation => 32;

    private sealed class Wrapped(IContrastiveLoss inner) : IContrastiveLoss
    {
        public Tensor Forward(Tensor z1, Tensor z2) => inner.Forward(z1, z2);

        public double ChanceLevel(int images) => inner.ChanceLevel(images);
    }

    /// <summary>An optimizer that uses only the public surface, with the formula of SGD.</summary>
    private sealed class Nesterov : Optimizer
    {
        public Nesterov(IReadOnlyList<TrainedParameter> parameters)
            : base(parameters) => AddSlot("momentum");

        protected override void Update(ParameterSlab slab, double learningRate)
        {
            Tensor velocity = slab.Slot("momentum").mul_(0.9f).add_(slab.Gradients);
            slab.Values.add_(slab.Gradients.add(velocity, alpha: 0.9f), alpha: -learningRate);
        }
    }
}
