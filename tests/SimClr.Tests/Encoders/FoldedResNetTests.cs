using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Inference;
using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class FoldedResNetTests
{
    [Theory]
    [InlineData("resnet18", 16, 1.0)]
    [InlineData("resnet18", 70, 0.0625)]
    [InlineData("resnet50", 16, 0.25)]
    [InlineData("resnet50", 75, 0.25)]
    [InlineData("resnet34", 9, 0.5)]
    public void With_folded_batch_norms_it_computes_the_same_and_the_encoder_is_unchanged(
        string name, int size, double width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = name, Width = width }, size);
        Trained(resnet);
        ChannelsLast.Convert(resnet);
        byte[] before = State(resnet);
        Tensor images = rand([3, size, size, 3], generator: new Generator(1)).permute(0, 3, 1, 2);

        using FoldedResNet folded = FoldedResNet.From(resnet);
        Tensor h = folded.Forward(images);
        using FoldedResNet byLibtorch = FoldedResNet.From(resnet, direct: false);
        Tensor other = byLibtorch.Forward(images);

        resnet.eval();
        Tensor expected = resnet.forward(images);
        foreach (Tensor rows in new[] { h, other })
        {
            Assert.Equal(expected.shape, rows.shape);
            Assert.InRange(((rows - expected).abs().max() / expected.abs().max()).item<float>(), 0, 1e-5f);
        }

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
        using FoldedResNet folded = FoldedResNet.From(resnet);
        Tensor expected = resnet.forward(images);
        Assert.True(((folded.Forward(images) - expected).abs().max() / expected.abs().max()).item<double>() < 1e-12);
    }

    [Theory]
    [InlineData("resnet18", 32, 1.0)]
    [InlineData("resnet50", 64, 0.0625)]
    public void A_row_is_bit_identical_for_any_batch_and_number_of_threads(string name, int size, double width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = name, Width = width }, size);
        Trained(resnet);
        ChannelsLast.Convert(resnet);
        using FoldedResNet folded = FoldedResNet.From(resnet);
        Tensor images = rand([37, size, size, 3], generator: new Generator(1)).permute(0, 3, 1, 2);
        byte[] together = Bytes(folded.Forward(images));
        int row = together.Length / 37;

        foreach (int i in new[] { 0, 20, 36 })
        {
            Tensor alone = images.narrow(0, i, 1);
            Tensor planar = alone.contiguous();
            byte[] expected = together[(i * row)..((i + 1) * row)];
            Assert.SkipUnless(
                DirectConvolution.Supports(resnet.parameters().First()),
                "libtorch computes here, and does not guarantee identical bits");
            Assert.Equal(expected, Bytes(folded.Forward(alone)));
            Assert.Equal(expected, Bytes(folded.Forward(planar)));
            Assert.Equal(expected, Bytes(folded.Forward(alone, threads: 2)));
            Assert.Equal(expected, Bytes(folded.Forward(alone, threads: 7)));
        }

        Assert.Equal(together, Bytes(folded.Forward(images, threads: 3)));
        Assert.Equal(0, folded.Forward(images.narrow(0, 0, 0)).shape[0]);

        // Not by await: the rest of the test would run on another thread, and leave gradients off on this one.
        byte[][] fromThreads = new byte[4][];
        Parallel.For(0, fromThreads.Length, i => fromThreads[i] = Bytes(folded.Forward(images, threads: 1 + (i % 2))));
        Assert.All(fromThreads, bytes => Assert.Equal(together, bytes));
    }

    [Fact]
    public void NaN_in_an_image_affects_only_its_own_row()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.25 }, 70);
        Trained(resnet);
        ChannelsLast.Convert(resnet);
        using FoldedResNet folded = FoldedResNet.From(resnet);
        Tensor images = rand([3, 70, 70, 3], generator: new Generator(1)).permute(0, 3, 1, 2);
        images[1, 0, 30, 40] = float.NaN;
        Tensor missing = folded.Forward(images).isnan().any(1);
        Assert.Equal([false, true, false], missing.data<bool>().ToArray());
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using ResNet resnet = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 0.0625 }, 16);
        using var count = new TensorCount();
        using (FoldedResNet folded = FoldedResNet.From(resnet))
        {
            using var _ = no_grad();
            using Tensor images = zeros(1, 3, 16, 16);
            using Tensor h = folded.Forward(images);
        }

        Assert.Equal(0, count.Growth);
    }

    // A fresh batch norm does almost nothing, and the last one of a block nothing at all.
    private static void Trained(ResNet resnet)
    {
        var generator = new Generator(3);
        foreach ((string name, Tensor value) in ModuleState.Enumerate(resnet).Where(entry => entry.Value.dim() == 1))
        {
            using Tensor random = rand(value.shape, generator: generator);
            value.copy_(name.EndsWith("running_mean", StringComparison.Ordinal)
                || name.EndsWith("bias", StringComparison.Ordinal) ? random - 0.5 : random + 0.5);
        }
    }

    private static byte[] Bytes(Tensor values) => values.contiguous().bytes.ToArray();

    private static byte[] State(ResNet resnet)
        => [.. ModuleState.Enumerate(resnet).SelectMany(entry => entry.Value.detach().contiguous().bytes.ToArray())];
}
