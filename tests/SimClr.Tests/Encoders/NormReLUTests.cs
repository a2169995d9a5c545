using SimClr.Encoders;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

/// <summary>Batch norm, shortcut and ReLU as one operation against libtorch's one after the other.</summary>
public sealed class NormReLUTests
{
    public static TheoryData<int, int, bool, bool> Shapes => new MatrixTheoryData<int, int, bool, bool>([16, 48, 128], [1, 7, 32], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_float32_values_gradients_and_running_statistics_are_those_of_the_plain_operations(
        int channels, int side, bool shortcut, bool relu)
    {
        using var scope = NewDisposeScope();
        Outcome plain = Run(NormReLU.Plain, ScalarType.Float64, channels, side, shortcut, relu);
        Outcome fused = Run(NormReLU.Fused, ScalarType.Float32, channels, side, shortcut, relu);
        foreach (var (expected, actual) in plain.All.Zip(fused.All))
        {
            double scale = Math.Max(1, expected.abs().max().item<double>());
            Assert.InRange(Distance(expected, actual) / scale, 0, 5e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void In_bfloat16_it_is_as_near_to_the_exact_values_as_the_plain_operations(
        int channels, int side, bool shortcut, bool relu)
    {
        using var scope = NewDisposeScope();
        Outcome exact = Run(NormReLU.Plain, ScalarType.Float64, channels, side, shortcut, relu, round: true);
        Outcome plain = Run(NormReLU.Plain, ScalarType.BFloat16, channels, side, shortcut, relu);
        Outcome fused = Run(NormReLU.Fused, ScalarType.BFloat16, channels, side, shortcut, relu);
        for (int i = 0; i < exact.All.Length; i++)
        {
            // On average: where an activation is near 0, rounding alone decides whether ReLU lets its gradient pass.
            Assert.InRange(MeanDistance(exact.All[i], fused.All[i]), 0, (1.1 * MeanDistance(exact.All[i], plain.All[i])) + 1e-6);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var scope = NewDisposeScope();
        int before = get_num_threads();
        try
        {
            Outcome[] outcomes = [.. new[] { 1, 2, 4 }.Select(threads =>
            {
                set_num_threads(threads);
                return Run(NormReLU.Fused, ScalarType.Float32, 32, 40, shortcut: true, relu: true);
            })];
            foreach (Outcome other in outcomes[1..])
            {
                Assert.All(outcomes[0].All.Zip(other.All), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void A_number_that_is_none_is_not_hidden_by_ReLU()
    {
        using var scope = NewDisposeScope();
        BatchNorm2d norm = nn.BatchNorm2d(16);
        Tensor x = rand(2, 16, 3, 3);
        x[0, 3, 1, 1] = double.NaN;
        Assert.True(NormReLU.Fused(norm, x, null, relu: true).isnan().any().item<bool>());
    }

    [Fact]
    public void Channels_far_from_zero_keep_their_precision()
    {
        using var scope = NewDisposeScope();
        BatchNorm2d norm = nn.BatchNorm2d(16);
        Tensor x = randn(8, 16, 20, 20, generator: new Generator(7)).add(1000);
        Tensor exact = x.to_type(ScalarType.Float64);
        exact = exact.sub(exact.mean([0, 2, 3], keepdim: true)).div(exact.var([0, 2, 3], unbiased: false, keepdim: true).add(1e-5).sqrt());
        Assert.InRange(Distance(exact, NormReLU.Fused(norm, x, null, relu: false)), 0, 2e-3);   // x itself is rounded by 3e-5
    }

    [Fact]
    public void What_it_does_not_take_goes_the_plain_way()
    {
        using var scope = NewDisposeScope();
        BatchNorm2d odd = nn.BatchNorm2d(12);
        Tensor x = rand(2, 12, 3, 3);
        Assert.Equal([2, 12, 3, 3], NormReLU.Apply(odd, x).shape);
        BatchNorm2d norm = nn.BatchNorm2d(16);
        norm.eval();
        using Tensor before = norm.running_mean!.clone();
        NormReLU.Apply(norm, rand(2, 16, 3, 3));
        Assert.True(before.equal(norm.running_mean!).all().item<bool>());
        Assert.Equal(0, norm.num_batches_tracked!.item<long>());
    }

    private static Outcome Run(
        Func<BatchNorm2d, Tensor, Tensor?, bool, Tensor> operation, ScalarType type, int channels, int side, bool shortcut, bool relu,
        bool round = false)
    {
        ScalarType weights = type == ScalarType.BFloat16 ? ScalarType.Float32 : type;
        BatchNorm2d norm = nn.BatchNorm2d(channels);
        norm.to(weights);
        using (no_grad())
        {
            norm.weight!.copy_(Noise(1, channels).add(1));
            norm.bias!.copy_(Noise(2, channels));
        }

        Tensor Activations(int seed) => Leaf(Noise(seed, 3, side, side, channels).permute(0, 3, 1, 2));
        Tensor Leaf(Tensor values) => (round ? values.to_type(ScalarType.BFloat16) : values).to_type(type).detach().requires_grad_(true);

        Tensor x = Activations(3);
        Tensor? other = shortcut ? Activations(4) : null;
        Tensor y = operation(norm, x, other, relu);
        Tensor weight = Leaf(Noise(5, 3, channels, side, side)).detach();
        y.mul(weight).sum().backward();
        Tensor[] all = [y, x.grad!, norm.weight!.grad!, norm.bias!.grad!, norm.running_mean!, norm.running_var!];
        return new Outcome([.. all, .. other is null ? Array.Empty<Tensor>() : [other.grad!]]);
    }

    private static Tensor Noise(int seed, params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: new Generator((ulong)seed)).mul(0.7);

    private static double Distance(Tensor expected, Tensor actual)
        => expected.to_type(ScalarType.Float64).sub(actual.to_type(ScalarType.Float64)).abs().max().item<double>();

    private static double MeanDistance(Tensor expected, Tensor actual)
        => expected.to_type(ScalarType.Float64).sub(actual.to_type(ScalarType.Float64)).abs().mean().item<double>();

    private sealed record Outcome(Tensor[] All);
}
