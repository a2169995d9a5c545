using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Layers;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Distributed;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>
/// Training steps in double precision, by one process or by several ranks: the same images, model, and optimizer.
/// </summary>
internal sealed record RankedModel
{
    public int Batch { get; init; } = 32;

    public int Steps { get; init; } = 1;

    /// <summary>The images of a micro-batch on each rank; null for the whole share.</summary>
    public int? Micro { get; init; }

    public BatchNormScope Norm { get; init; } = BatchNormScope.Global;

    public IContrastiveLoss Loss { get; init; } = new NtXentLoss(0.5);

    public bool Supervised { get; init; }

    /// <summary>
    /// Whether a supervised model takes the steps of fine-tuning (SGD) instead of those of pre-training (LARS).
    /// </summary>
    public bool FineTuned { get; init; }

    /// <summary>Whether each rank's loss compares only the rank's own views: a control.</summary>
    public bool LocalNegatives { get; init; }

    public bool Overlaps { get; init; } = true;

    public PretrainOptions Options { get; init; } = TinyRun.Options;

    /// <summary>Trains and returns all parameters and running statistics of each rank.</summary>
    public double[][] Train(int ranks)
        => ranks == 1 ? [Train(SingleProcess.Instance)] : ThreadRanks.Run(ranks, Train);

    /// <summary>‖a − b‖ / ‖b‖.</summary>
    public static double Distance(double[] a, double[] b)
    {
        Assert.Equal(b.Length, a.Length);
        return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(y => y * y));
    }

    private double[] Train(ICommunicator communicator)
    {
        using var scope = NewDisposeScope();
        var world = World.From(communicator);
        RankShare share = MicroBatches.Share(Batch, Micro ?? Batch, communicator);
        using ITrainingTask task = Create();
        task.Model.to(ScalarType.Float64);
        MakeEveryLayerCount(task.Model);
        task.Model.train();
        using Optimizer optimizer = FineTuned
            ? new Sgd(ParameterGroups.FromModule(task.Model), weightDecay: 1e-4)
            : new Lars(ParameterGroups.FromModule(task.Model));
        using IGradientStep step = LocalNegatives
            ? new ContrastiveStep((SimClrModel)task.Model, new BatchLoss(Loss), World.Solo)
            : task.Step(share, world);
        using IGradientSums sums = world.Join(task.Model, task.Encoder, optimizer, Norm, share, NullLogger.Instance);
        (sums as GradientExchange)?.Overlaps = Overlaps;
        for (int i = 0; i < Steps; i++)
        {
            using var one = NewDisposeScope();
            optimizer.ZeroGradients();
            StepOutcome outcome = step.Compute(Feed(task.ViewsPerImage, share, i));
            Assert.True(double.IsFinite(outcome.Loss.item<double>()));
            sums.Finish();
            foreach (Tensor gradients in LocalNegatives ? optimizer.Gradients : [])
            {
                gradients.div_(communicator.Size);
            }

            optimizer.Step(FineTuned ? 0.05 : 2);
        }

        return [.. State(task.Model)];
    }

    private ITrainingTask Create()
    {
        if (!Supervised)
        {
            return new ContrastiveTask(SimClrModel.Create(Options, TestDevice.Name, null), Loss, Batch);
        }

        ResNet encoder = EncoderCatalog.Create(Options.Encoder, Options.Views.Size, Options.Seed);
        var classifier = new LinearClassifier(encoder.RepresentationSize, 4);
        encoder.to(TestDevice.Device);
        classifier.to(TestDevice.Device);
        var model = new ClassifierModel(encoder, null, classifier, ChannelsLast.Convert(encoder));
        return new SupervisedTask(
            model,
            encoder.RepresentationSize,
            [.. Enumerable.Range(0, Batch).Select(i => i % 4)],
            NumericClassNames.Create(4));
    }

    private static IEnumerable<double> State(nn.Module model)
    {
        foreach (Tensor tensor in model.state_dict().OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value))
        {
            foreach (double value
                in tensor.detach().cpu().to_type(ScalarType.Float64).contiguous().data<double>().ToArray())
            {
                yield return value;
            }
        }
    }

    // The last batch norm of each block starts at 0, which would hide the block's output.
    private static void MakeEveryLayerCount(nn.Module model)
    {
        using var _ = no_grad();
        foreach (var (_, parameter) in model.named_parameters()
            .Where(p => p.name.EndsWith("bn2.weight", StringComparison.Ordinal)))
        {
            parameter.fill_(0.5);
        }
    }

    /// <summary>The micro-batches of this rank in a step.</summary>
    private Func<ViewBatch> Feed(int views, RankShare share, int step)
    {
        int side = Options.Views.Size;
        using var generator = new Generator((ulong)(7 + step));
        Tensor all = rand([views, Batch, 3, side, side], dtype: ScalarType.Float64, generator: generator);
        // images differ from each other, and so do ranks
        all = all.ToTestDevice()
            .add(arange(Batch, dtype: ScalarType.Float64).view(1, -1, 1, 1, 1).mul(0.05).ToTestDevice());
        var parts = new Queue<int[]>(share.Split([.. Enumerable.Range(0, Batch)]));
        return () =>
        {
            int[] part = parts.Dequeue();
            Tensor own = all.narrow(1, part[0], part.Length).reshape(views * part.Length, 3, side, side);
            return new ViewBatch(
                own, Numbers.ToTensor(Enumerable.Repeat(part, views).SelectMany(images => images)).ToTestDevice());
        };
    }
}

/// <summary>NT-Xent as in the paper (Equation 1), with all similarities at once and autograd's gradient.</summary>
internal sealed class DenseNtXent(double temperature) : IContrastiveLoss
{
    public Tensor Forward(Tensor z1, Tensor z2)
    {
        Tensor u = nn.functional.normalize(cat([z1, z2]), p: 2, dim: 1);
        long n = z1.shape[0];
        Tensor similarity = u.matmul(u.t()).div(temperature).sub(eye(2 * n, dtype: u.dtype).mul(1e9));
        Tensor positive = arange(2 * n).add(n).remainder(2 * n);
        return nn.functional.cross_entropy(similarity, positive);
    }

    public double ChanceLevel(int images) => Math.Log((2 * images) - 1);
}
