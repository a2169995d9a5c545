using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class PointwiseConvolutionTests
{
    /// <summary>
    /// Inputs, outputs, stride, side, including shapes that oneDNN computes wrongly where cache sizes are hidden.
    /// </summary>
    public static TheoryData<int, int, int, int> Layers => new()
    {
        { 16, 64, 1, 5 },
        { 20, 80, 1, 9 },
        { 256, 512, 2, 8 },
        { 256, 512, 2, 9 },
        { 512, 512, 1, 4 },
        { 512, 1024, 1, 7 },
        { 256, 1024, 2, 1 },
        { 64, 16, 2, 2 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void It_equals_the_convolution_in_double_precision_with_its_gradients(
        int inputs, int outputs, int stride, int side)
    {
        foreach ((ScalarType type, double tolerance)
            in new[] { (ScalarType.Float32, 1e-5), (ScalarType.BFloat16, 2e-2) })
        {
            using var scope = NewDisposeScope();
            (Tensor x, Tensor weight, _) = Make(inputs, outputs, side, type);
            (Tensor x64, Tensor weight64) = (Exact(x).requires_grad_(true), Exact(weight).requires_grad_(true));
            Tensor expected = nn.functional.conv2d(x64, weight64, strides: [stride, stride]);
            Tensor gradient = randn(expected.shape, generator: new Generator(2)).to(type);
            expected.backward([Exact(gradient)]);

            Tensor actual = PointwiseConvolution.Forward(x.requires_grad_(true), weight.requires_grad_(true), stride);
            actual.backward([gradient]);

            Assert.Equal(expected.shape, actual.shape);
            Near(expected, actual, tolerance);
            Near(x64.grad!, x.grad!, tolerance);
            Near(weight64.grad!, weight.grad!, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_bias_is_added(int inputs, int outputs, int stride, int side)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        (Tensor x, Tensor weight, Tensor bias) = Make(inputs, outputs, side, ScalarType.Float32);
        Tensor expected = nn.functional.conv2d(Exact(x), Exact(weight), Exact(bias), strides: [stride, stride]);
        Near(expected, PointwiseConvolution.Forward(x, weight, bias, stride), 1e-5);
    }

    private static (Tensor X, Tensor Weight, Tensor Bias) Make(int inputs, int outputs, int side, ScalarType type)
    {
        var generator = new Generator(1);
        return (Innermost(randn(3, inputs, side, side, generator: generator)).to(type),
            Innermost(randn(outputs, inputs, 1, 1, generator: generator)).to(type),
            randn(outputs, generator: generator).to(type));
    }

    private static Tensor Innermost(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static Tensor Exact(Tensor values) => values.detach().to(ScalarType.Float64);

    private static void Near(Tensor expected, Tensor actual, double tolerance)
        => Assert.InRange(
            ((actual.to(ScalarType.Float64) - expected).abs().max() / expected.abs().max()).item<double>(),
            0,
            tolerance);
}
