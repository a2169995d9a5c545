using SimClr.Distributed;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Tests.Golden;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

public sealed class GradientStepTests : IDisposable
{
    private const int Images = 10;
    private static readonly NtXentLoss Loss = new(0.5);

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly List<SimClrModel> models = [];

    public void Dispose()
    {
        models.ForEach(model => model.Dispose());
        scope.Dispose();
    }

    [Theory]
    [InlineData("none", 2)]
    [InlineData("linear", 5)]
    [InlineData("mlp", 2)]
    [InlineData("mlp", 3)]   // 2 + 3 + 2 + 3
    [InlineData("mlp", 7)]   // 5 + 5
    public void With_frozen_batch_norm_the_gradient_is_that_of_the_whole_batch(string head, int micro)
    {
        SimClrModel plain = Model(head);
        SimClrModel cached = Model(head);
        plain.eval();
        cached.eval();
        StepOutcome expected = new PlainStep(plain, Loss).Compute(Feed(Images));
        StepOutcome got = Cached(cached, micro).Compute(Feed(micro));

        Assert.Equal(expected.Loss.item<double>(), got.Loss.item<double>(), 1e-12);
        Assert.True(got.Output.LargestDifference(expected.Output) < 1e-12);
        Assert.Equal(expected.H.sum().item<double>(), got.H.sum().item<double>(), 1e-9);
        AssertSameGradients(plain, cached, 1e-9);
        AssertSameBuffers(plain, cached, 0);

        // Each row of h identifies its image.
        int[] images = [.. got.Images.cpu().data<long>().Select(image => (int)image)];
        foreach ((int row, int image) in images.Index())
        {
            int second = images.Take(row).Contains(image) ? Images : 0;
            Assert.True(got.H[row].LargestDifference(expected.H[image + second]) < 1e-9);
        }
    }

    /// <summary>A graph that is cut at z has the same gradients to the last bit.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("linear")]
    [InlineData("mlp")]
    public void The_contrastive_step_computes_the_bits_of_one_graph(string head)
    {
        SimClrModel plain = Model(head, ScalarType.Float32);
        SimClrModel cut = Model(head, ScalarType.Float32);
        StepOutcome expected = new PlainStep(plain, Loss).Compute(Feed(Images, ScalarType.Float32));
        StepOutcome got = new ContrastiveStep(cut, new BatchLoss(Loss), World.Solo)
            .Compute(Feed(Images, ScalarType.Float32));
        Assert.Equal(expected.Loss.item<float>(), got.Loss.item<float>());
        Assert.Equal(0, got.Output.LargestDifference(expected.Output.to_type(ScalarType.Float64)));
        foreach (var (name, parameter) in plain.named_parameters().Where(p => p.parameter.requires_grad))
        {
            Assert.True(cut.get_parameter(name)!.grad!.eq(parameter.grad!).all().item<bool>(), name);
        }

        AssertSameBuffers(plain, cut, 0);
    }

    /// <summary>
    /// In double precision the two are equal; otherwise they differ by the rounding of the same sums in another order.
    /// </summary>
    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32, 1e-5, 1e-3)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16, 0.01, 0.1)]
    public void The_gradient_is_that_of_the_whole_batch_within_rounding_in_every_training_precision(
        ScalarType weights, ScalarType pixels, double ofLoss, double ofGradient)
    {
        SimClrModel plain = Model("mlp", weights);
        SimClrModel cached = Model("mlp", weights);
        plain.eval();
        cached.eval();
        StepOutcome expected = new PlainStep(plain, Loss).Compute(Feed(Images, pixels));
        StepOutcome got = Cached(cached, 3).Compute(Feed(3, pixels));
        Assert.Equal(expected.Loss.item<float>(), got.Loss.item<float>(), ofLoss);
        foreach (var (name, parameter) in plain.named_parameters().Where(p => p.parameter.requires_grad))
        {
            Tensor gradient = cached.get_parameter(name)!.grad!;
            Assert.Equal(ScalarType.Float32, gradient.dtype);
            Assert.True(
                gradient.sub(parameter.grad!).norm().item<float>() <= ofGradient * parameter.grad!.norm().item<float>(),
                name);
        }
    }

    [Theory]
    [InlineData("nt-xent", false, false)]
    [InlineData("nt-logistic", false, true)]
    [InlineData("nt-logistic", true, true)]
    [InlineData("nt-logistic", true, false)]
    [InlineData("margin", false, true)]
    [InlineData("margin", true, true)]
    [InlineData("margin", false, false)]
    public void The_gradient_is_that_of_the_whole_batch_for_every_loss_and_head(
        string name, bool semiHard, bool normalize)
    {
        IContrastiveLoss loss = LossCatalog.Create(new LossOptions
        {
            Name = EnumText.Parse<LossName>(name),
            SemiHard = semiHard,
            Normalize = normalize,
            Temperature = 0.5,
        });
        foreach (string head in new[] { "none", "linear", "mlp" })
        {
            SimClrModel plain = Model(head);
            SimClrModel cached = Model(head);
            plain.eval();
            cached.eval();
            StepOutcome expected = new PlainStep(plain, loss).Compute(Feed(Images));
            StepOutcome got = new GradientCacheStep(cached, loss, Images, MicroBatches.Count(Images, 3))
                .Compute(Feed(3));
            Assert.Equal(
                expected.Loss.item<double>(),
                got.Loss.item<double>(),
                1e-12 * Math.Max(1, expected.Loss.item<double>()));
            AssertSameGradients(plain, cached, 1e-9);
        }
    }

    [Fact]
    public void A_micro_batch_as_large_as_the_batch_is_the_plain_step_with_batch_norm_in_training_too()
    {
        SimClrModel plain = Model("mlp");
        SimClrModel cached = Model("mlp");
        new PlainStep(plain, Loss).Compute(Feed(Images));
        Cached(cached, Images).Compute(Feed(Images));
        AssertSameGradients(plain, cached, 1e-12);
        AssertSameBuffers(plain, cached, 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Batch_norm_normalizes_each_micro_batch_separately_in_both_passes(int micro)
    {
        SimClrModel whole = Model("mlp");
        SimClrModel cached = Model("mlp");
        Func<ViewBatch> next = Feed(micro);
        Tensor[] z = [.. Enumerable.Range(0, MicroBatches.Count(Images, micro))
            .Select(_ => whole.forward(next().Views.clone()).Z)];
        Tensor value = Loss.Forward(
            cat([.. z.Select(part => part.narrow(0, 0, part.shape[0] / 2))]),
            cat([.. z.Select(part => part.narrow(0, part.shape[0] / 2, part.shape[0] / 2))]));
        value.backward();

        StepOutcome got = Cached(cached, micro).Compute(Feed(micro));
        Assert.Equal(value.item<double>(), got.Loss.item<double>(), 1e-12);
        AssertSameGradients(whole, cached, 1e-9);
    }

    [Fact]
    public void Running_statistics_move_once_by_the_mean_over_the_micro_batches()
    {
        const int micro = 4;   // 3 + 3 + 4
        SimClrModel cached = Model("mlp");
        Cached(cached, micro).Compute(Feed(micro));

        Func<ViewBatch> next = Feed(micro);
        var moved = new Dictionary<string, Tensor>();
        foreach (int images in new[] { 3, 3, 4 })
        {
            SimClrModel alone = Model("mlp");
            alone.forward(next().Views);
            foreach ((string name, Tensor buffer) in alone.named_buffers())
            {
                Tensor part = buffer.to_type(ScalarType.Float64).mul((double)images / Images);
                moved[name] = moved.TryGetValue(name, out Tensor? sum) ? sum.add(part) : part;
            }
        }

        Assert.NotEmpty(moved);
        foreach ((string name, Tensor buffer) in cached.named_buffers())
        {
            Assert.True(buffer.to_type(ScalarType.Float64).LargestDifference(moved[name]) < 1e-12, name);
        }

        Assert.All(
            cached.named_buffers().Where(b => b.name.EndsWith("tracked", StringComparison.Ordinal)),
            b => Assert.Equal(1, b.buffer.item<long>()));
    }

    [Fact]
    public void Gradients_are_added_to_existing_ones()
    {
        SimClrModel once = Model("mlp");
        SimClrModel twice = Model("mlp");
        Cached(once, 4).Compute(Feed(4));
        Cached(twice, 4).Compute(Feed(4));
        Cached(twice, 4).Compute(Feed(4));
        foreach (var (name, parameter) in once.named_parameters().Where(p => p.parameter.requires_grad))
        {
            Assert.True(twice.get_parameter(name)!.grad!.LargestDifference(parameter.grad!.mul(2)) < 1e-9, name);
        }
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        SimClrModel model = Model("mlp");
        Step();
        using var count = new TensorCount();
        Step();
        Assert.Equal(0, count.Growth);

        void Step()
        {
            using var step = NewDisposeScope();
            Cached(model, 3).Compute(Feed(3));
            foreach (Tensor parameter in model.parameters())
            {
                parameter.grad = null;
            }
        }
    }

    private static GradientCacheStep Cached(SimClrModel model, int micro)
        => new(model, Loss, Images, MicroBatches.Count(Images, micro));

    /// <summary>The same images in micro-batches, through one buffer that each call overwrites.</summary>
    private static Func<ViewBatch> Feed(int micro, ScalarType type = ScalarType.Float64)
    {
        using var generator = new Generator(7);
        Tensor all = rand([2, Images, 3, 12, 12], dtype: ScalarType.Float64, generator: generator).ToTestDevice();
        var parts = new Queue<int[]>(
            MicroBatches.Share(Images, micro, SingleProcess.Instance).Split([.. Enumerable.Range(0, Images)]));
        Tensor buffer = zeros(2 * Images, 3, 12, 12, dtype: type).ToTestDevice();
        return () =>
        {
            int[] part = parts.Dequeue();
            buffer.fill_(double.NaN);
            Tensor views = buffer.narrow(0, 0, 2 * part.Length);
            views.copy_(all.narrow(1, part[0], part.Length).reshape(2 * part.Length, 3, 12, 12));
            return new ViewBatch(views, Numbers.ToTensor([.. part, .. part]).ToTestDevice());
        };
    }

    private SimClrModel Model(string head, ScalarType type = ScalarType.Float64)
    {
        SimClrModel model = SimClrModel.Create(
            TinyRun.Options with { Head = new HeadOptions { Kind = EnumText.Parse<HeadKind>(head), Output = 8 } },
            TestDevice.Name,
            null);
        model.to(type);
        using var _ = no_grad();

        // Not the initial zeros: every layer must contribute.
        foreach (var (name, parameter) in model.named_parameters()
            .Where(p => p.name.EndsWith("bn2.weight", StringComparison.Ordinal)))
        {
            parameter.fill_(0.5);
        }

        model.train();
        models.Add(model);
        return model;
    }

    private static void AssertSameGradients(SimClrModel expected, SimClrModel got, double tolerance)
    {
        foreach (var (name, parameter) in expected.named_parameters().Where(p => p.parameter.requires_grad))
        {
            double scale = parameter.grad!.abs().max().item<double>();
            Assert.True(scale > 0, name);
            Assert.True(got.get_parameter(name)!.grad!.LargestDifference(parameter.grad!) <= tolerance * scale, name);
        }
    }

    private static void AssertSameBuffers(SimClrModel expected, SimClrModel got, double tolerance)
    {
        var buffers = got.named_buffers().ToDictionary(b => b.name, b => b.buffer);
        Assert.NotEmpty(buffers);
        foreach (var (name, buffer) in expected.named_buffers())
        {
            Assert.True(
                buffer.to_type(ScalarType.Float64).LargestDifference(buffers[name].to_type(ScalarType.Float64))
                    <= tolerance,
                name);
        }
    }
}
