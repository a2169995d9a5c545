using SimClr.Checkpoints;
using SimClr.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class FoldedResNetTests
{
    [Theory]
    [InlineData("resnet18", 16, 1.0)]
    [InlineData("resnet18", 70, 0.0625)]
    [InlineData("resnet50", 16, 0.25)]
    public void With_its_batch_norms_folded_in_it_computes_the_same_and_the_encoder_stays_as_it_is(string name, int size, double width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = name, Width = width }, size);
        Trained(resnet);
        ChannelsLast.Convert(resnet);
        byte[] before = State(resnet);
        Tensor images = rand([3, size, size, 3], generator: new Generator(1)).permute(0, 3, 1, 2);

        using FoldedResNet folded = resnet.Fold();
        Tensor h = folded.Forward(images);

        resnet.eval();
        Tensor expected = resnet.forward(images);
        Assert.Equal(expected.shape, h.shape);
        Assert.InRange(((h - expected).abs().max() / expected.abs().max()).item<float>(), 0, 1e-5f);
        Assert.True(expected.std().item<float>() > 0);
        Assert.Equal(before, State(resnet));
    }

    [Fact]
    public void In_double_precision_the_two_are_equal_but_for_its_rounding()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 16);
        Trained(resnet);
        resnet.to(ScalarType.Float64);
        resnet.eval();
        Tensor images = rand([2, 3, 16, 16], ScalarType.Float64, generator: new Generator(2));
        using FoldedResNet folded = resnet.Fold();
        Tensor expected = resnet.forward(images);
        Assert.True(((folded.Forward(images) - expected).abs().max() / expected.abs().max()).item<double>() < 1e-12);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.0625 }, 16);
        using var count = new TensorCount();
        using (FoldedResNet folded = resnet.Fold())
        {
            using var _ = no_grad();
            using Tensor images = zeros(1, 3, 16, 16);
            using Tensor h = folded.Forward(images);
        }

        Assert.Equal(0, count.Growth);
    }

    // Fresh batch norms do next to nothing, and the last of a block nothing at all.
    private static void Trained(ResNet resnet)
    {
        var generator = new Generator(3);
        foreach ((string name, Tensor value) in ModuleState.Of(resnet).Where(entry => entry.Value.dim() == 1))
        {
            using Tensor random = rand(value.shape, generator: generator);
            value.copy_(name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal) ? random - 0.5 : random + 0.5);
        }
    }

    private static byte[] State(ResNet resnet) => [.. ModuleState.Of(resnet).SelectMany(entry => entry.Value.detach().contiguous().bytes.ToArray())];
}
