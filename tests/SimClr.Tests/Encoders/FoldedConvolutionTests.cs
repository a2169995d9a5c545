using SimClr.Inference;
using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class FoldedConvolutionTests
{
    /// <summary>Inputs, outputs, kernel, stride, side of the image.</summary>
    public static TheoryData<int, int, int, int, int> Layers => new()
    {
        { 3, 16, 3, 1, 9 },
        { 16, 32, 3, 2, 8 },
        { 16, 64, 1, 1, 7 },
        { 64, 16, 1, 1, 7 },
        { 32, 64, 1, 2, 5 },
        { 3, 64, 7, 2, 20 },
        { 256, 512, 1, 2, 9 },
        { 512, 1024, 1, 1, 7 },
    };

    [Fact]
    public void The_libtorch_of_this_project_has_the_fused_form()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && System.Runtime.Intrinsics.X86.X86Base.IsSupported,
            "oneDNN is known to be there on Linux x64 only");
        Assert.True(FusedConvolution.IsAvailable);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_fused_form_equals_the_plain_one_except_for_rounding(
        int inputs, int outputs, int kernel, int stride, int side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (FoldedConvolution plain, FoldedConvolution fused, Tensor images) = Make(inputs, outputs, kernel, stride, side);
        using (plain)
        using (fused)
        {
            Near(plain.Forward(images, relu: false), fused.Forward(images, relu: false));
            Tensor expected = plain.Forward(images, relu: true);
            Near(expected, fused.Forward(images, relu: true));
            Tensor shortcut = ChannelsInnermost(randn(expected.shape, generator: new Generator(5)));
            Near(plain.ForwardOnto(images, shortcut.clone()), fused.ForwardOnto(images, shortcut.clone()));
        }
    }

    [Fact]
    public void The_sum_is_written_where_the_shortcut_was()
    {
        Assert.SkipUnless(FusedConvolution.IsAvailable, "this libtorch has no fused convolution");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (FoldedConvolution plain, FoldedConvolution fused, Tensor images) = Make(16, 16, 3, 1, 6);
        using (plain)
        using (fused)
        {
            Tensor shortcut = ChannelsInnermost(randn(2, 16, 6, 6, generator: new Generator(5)));
            using var count = new TensorCount();
            Tensor sum = fused.ForwardOnto(images, shortcut);
            Assert.Equal(1, count.Growth);
            Assert.Equal(Bytes(sum), Bytes(shortcut));
        }
    }

    [Fact]
    public void Other_types_and_orders_are_left_to_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor images = randn(1, 16, 4, 4);
        Tensor weight = randn(16, 16, 3, 3);
        Tensor bias = randn(16);
        Assert.Null(FusedConvolution.TryForward(images, weight, bias, 1, 1, relu: true));
        Tensor innermost = ChannelsInnermost(weight);
        Assert.Null(
            FusedConvolution.TryForward(images.to(float64), innermost.to(float64), bias.to(float64), 1, 1, relu: true));
        Assert.Null(FusedConvolution.TryAddTo(images, images, innermost, bias, 1, 1));
    }

    private static (FoldedConvolution Plain, FoldedConvolution Fused, Tensor Images) Make(
        int inputs, int outputs, int kernel, int stride, int side)
    {
        var generator = new Generator(4);
        using var convolution = new Convolution(inputs, outputs, kernel, stride);
        using var norm = SyncBatchNorm.ForImages(outputs);
        foreach (Tensor value in new[] { convolution.Weight, norm.weight!, norm.bias!, norm.running_mean! })
        {
            value.copy_(randn(value.shape, generator: generator) * 0.1);
        }

        norm.running_var!.copy_(rand(outputs, generator: generator) + 0.5);
        ChannelsLast.Convert(convolution);
        return (
            new FoldedConvolution(convolution, norm, direct: false, fused: false),
            new FoldedConvolution(convolution, norm, direct: false),
            ChannelsInnermost(randn(2, inputs, side, side, generator: generator)));
    }

    private static void Near(Tensor expected, Tensor actual)
        => Assert.InRange(((actual - expected).abs().max() / expected.abs().max()).item<float>(), 0, 1e-5f);

    private static Tensor ChannelsInnermost(Tensor images)
        => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static byte[] Bytes(Tensor values) => values.contiguous().bytes.ToArray();
}
