using SimClr.Heads;
using SimClr.Internals;
using SimClr.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Heads;

public sealed class ProjectionHeadTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void By_default_it_is_the_papers_two_layers_without_linear_biases_and_without_the_last_shift()
    {
        using var head = new ProjectionHead(new HeadOptions(), 512);
        var trained = head.named_parameters().Where(p => p.parameter.requires_grad)
            .Select(p => $"{p.name} {string.Join("x", p.parameter.shape)}");
        Assert.Equal(
            [
                "layers.linear1.weight 512x512", "layers.bn1.weight 512", "layers.bn1.bias 512",
                "layers.linear2.weight 128x512", "layers.bn2.weight 128",
            ],
            trained);
    }

    [Fact]
    public void Without_batch_norm_the_layers_have_biases()
    {
        using var head = new ProjectionHead(
            new HeadOptions { BatchNorm = false, Layers = 3, Hidden = 32, Output = 16 }, 64);
        Assert.Equal(
            [
                "layers.linear1.weight", "layers.linear1.bias", "layers.linear2.weight", "layers.linear2.bias",
                "layers.linear3.weight", "layers.linear3.bias",
            ],
            head.named_parameters().Select(p => p.name));
        Assert.Equal(16, head.ProjectionSize);
    }

    [Theory]
    [InlineData("none", 2, true, 24)]
    [InlineData("linear", 2, true, 8)]
    [InlineData("linear", 2, false, 8)]
    [InlineData("mlp", 2, true, 8)]
    [InlineData("mlp", 2, false, 8)]
    [InlineData("mlp", 4, true, 8)]
    public void Every_mode_passes_a_gradient_to_h_and_to_each_trained_parameter(
        string kind, int layers, bool norm, int width)
    {
        using var head = new ProjectionHead(
            new HeadOptions
            {
                Kind = EnumText.Parse<HeadKind>(kind),
                Layers = layers,
                BatchNorm = norm,
                Hidden = 16,
                Output = 8,
            },
            24);
        using var generator = new Generator(5);
        Tensor h = randn([12, 24], generator: generator).requires_grad_();
        Tensor z = head.forward(h);
        Assert.Equal([12, width], z.shape);
        Assert.Equal(width, head.ProjectionSize);

        new NtXentLoss(0.5).Forward(z.narrow(0, 0, 6), z.narrow(0, 6, 6)).backward();
        Assert.True(h.grad!.abs().sum().item<float>() > 1e-4);
        Assert.All(
            head.parameters().Where(p => p.requires_grad),
            p => Assert.True(p.grad is { } g && g.isfinite().all().item<bool>() && g.abs().sum().item<float>() > 0));
    }

    [Theory]
    [InlineData("none", 2, true)]
    [InlineData("linear", 2, true)]
    [InlineData("linear", 2, false)]
    [InlineData("mlp", 2, true)]
    [InlineData("mlp", 2, false)]
    [InlineData("mlp", 3, true)]
    [InlineData("mlp", 3, false)]
    public void The_gradient_through_the_head_equals_finite_differences(string kind, int layers, bool norm)
    {
        using var head = new ProjectionHead(
            new HeadOptions
            {
                Kind = EnumText.Parse<HeadKind>(kind),
                Layers = layers,
                BatchNorm = norm,
                Hidden = 5,
                Output = 3,
            },
            4);
        head.to(ScalarType.Float64);
        using var generator = new Generator(6);
        Tensor h = randn([6, 4], dtype: ScalarType.Float64, generator: generator).requires_grad_();
        var loss = new NtXentLoss(0.5);
        Tensor Value(Tensor x)
        {
            Tensor z = head.forward(x);
            return loss.Forward(z.narrow(0, 0, 3), z.narrow(0, 3, 3));
        }

        Value(h).backward();
        const double step = 1e-6;
        for (int i = 0; i < h.numel(); i++)
        {
            Tensor bump = zeros(24, dtype: ScalarType.Float64);
            bump[i] = step;
            bump = bump.reshape(6, 4);
            double slope =
                (Value(h.detach().add(bump)).item<double>() - Value(h.detach().sub(bump)).item<double>()) / (2 * step);
            Assert.Equal(slope, h.grad!.reshape(-1)[i].item<double>(), 1e-6);
        }

        Assert.True(h.grad!.abs().max().item<double>() > 1e-3);
    }

    [Fact]
    public void Weights_are_fixed_by_the_seed()
    {
        float First(long seed) => new ProjectionHead(new HeadOptions(), 16, seed)
            .state_dict()["layers.linear1.weight"][0, 0]
            .item<float>();
        Assert.Equal(First(1), First(1));
        Assert.NotEqual(First(1), First(2));
    }
}
