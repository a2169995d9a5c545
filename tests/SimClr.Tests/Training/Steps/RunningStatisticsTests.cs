using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

public sealed class RunningStatisticsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly ResNet encoder = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.3 }, 12);
    private readonly ClassifierModel model;

    public RunningStatisticsTests()
        => model = new(encoder, null, new LinearClassifier(encoder.RepresentationSize, 3), false);

    public void Dispose()
    {
        model.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void The_statistics_of_all_layers_share_one_tensor_per_type()
    {
        model.Statistics.Begin();
        Assert.Equal(2, model.Statistics.Parts);   // float32 and the counters
        Assert.Equal(60, model.named_buffers().Count());
    }

    [Fact]
    public void They_keep_their_names_shapes_and_values()
    {
        Fill(1);
        (string Name, long[] Shape, double[] Values)[] before = [.. State()];
        model.Statistics.Begin();
        Assert.Equal(before, State(), (a, b) => a.Name == b.Name
            && a.Shape.SequenceEqual(b.Shape)
            && a.Values.SequenceEqual(b.Values));
    }

    [Fact]
    public void A_step_is_bit_identical_to_separate_buffers()
    {
        double[] shares = [0.3, 0.3, 0.4];
        Fill(1);
        Tensor[] before = [.. model.named_buffers().Select(b => b.buffer.clone())];
        Tensor[] sums = [.. before.Select(b => zeros_like(b))];
        model.Statistics.Begin();
        foreach ((int part, double share) in shares.Index())
        {
            Assert.All(
                model.named_buffers().Zip(before),
                pair => Assert.True(pair.First.buffer.equal(pair.Second).all().item<bool>()));
            Fill(2 + part);
            foreach ((Tensor sum, Tensor now) in sums.Zip(model.named_buffers().Select(b => b.buffer)))
            {
                _ = now.is_floating_point() ? sum.add_(now, alpha: share) : sum.copy_(now);
            }

            model.Statistics.Add(share);
        }

        model.Statistics.Settle();
        Assert.All(
            model.named_buffers().Zip(sums),
            pair => Assert.True(pair.First.buffer.equal(pair.Second).all().item<bool>(), pair.First.name));
    }

    [Fact]
    public void The_new_buffers_of_a_converted_model_are_collected()
    {
        model.Statistics.Begin();
        model.to(ScalarType.Float64);
        Fill(1);
        model.Statistics.Begin();
        Tensor[] before = [.. model.named_buffers().Select(b => b.buffer.clone())];
        Fill(2);
        model.Statistics.Restore();
        Assert.All(
            model.named_buffers().Zip(before),
            pair => Assert.True(pair.First.buffer.equal(pair.Second).all().item<bool>(), pair.First.name));
    }

    [Fact]
    public void Other_buffers_are_not_moved()
    {
        using var own = new OwnEncoder();
        using var classifier = new ClassifierModel(own, null, new LinearClassifier(4, 3), false);
        classifier.Statistics.Begin();
        own.Whole.fill_(7);
        Assert.Equal(7, own.Part.sum().item<float>() / 2);   // still a part of the other
        classifier.Statistics.Restore();
        Assert.Equal(0, own.Part.sum().item<float>());
    }

    private IEnumerable<(string Name, long[] Shape, double[] Values)> State()
        => model.named_buffers()
            .Select(b => (b.name, b.buffer.shape, b.buffer.to_type(ScalarType.Float64).data<double>().ToArray()));

    private void Fill(int seed)
    {
        using var _ = no_grad();
        using var generator = new Generator((ulong)seed);
        foreach ((string _, Tensor buffer) in model.named_buffers())
        {
            buffer.copy_(rand(buffer.shape, generator: generator).mul(9));
        }
    }

    private sealed class OwnEncoder : nn.Module<Tensor, Tensor>
    {
        private readonly Tensor whole;
        private readonly Tensor part;

        public OwnEncoder()
            : base(nameof(OwnEncoder))
        {
            whole = zeros(4);
            part = whole.narrow(0, 1, 2);
            register_buffer(nameof(whole), whole);
            register_buffer(nameof(part), part);
        }

        public Tensor Whole => whole;

        public Tensor Part => part;

        public override Tensor forward(Tensor input) => input;
    }
}
