using SimClr.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed class ConvolutionTests
{
    /// <summary>Inputs, outputs, kernel, stride, side of the image.</summary>
    public static TheoryData<int, int, int, int, int> Layers => new()
    {
        { 3, 4, 3, 1, 16 },
        { 3, 12, 7, 2, 32 },
        { 3, 16, 3, 1, 16 },
        { 4, 4, 3, 1, 16 },
        { 4, 8, 3, 2, 16 },
        { 8, 8, 3, 1, 8 },
        { 8, 16, 3, 2, 8 },
        { 12, 24, 1, 2, 16 },
        { 12, 48, 1, 1, 8 },
        { 16, 32, 3, 2, 16 },
        { 20, 80, 1, 1, 9 },
        { 256, 512, 1, 2, 8 },
        { 512, 1024, 1, 1, 4 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Output_and_gradients_equal_double_precision_whatever_the_earlier_memory_content(
        int inputs, int outputs, int kernel, int stride, int side)
    {
        foreach ((ScalarType type, double tolerance)
            in new[] { (ScalarType.Float32, 1e-5), (ScalarType.BFloat16, 2e-2) })
        {
            using var scope = NewDisposeScope();
            using var convolution = new Convolution(inputs, outputs, kernel, stride);
            convolution.Initialize(seed: 3, index: 0);
            using var exact = new Convolution(inputs, outputs, kernel, stride);
            _ = exact.to(ScalarType.Float64);
            using (no_grad())
            {
                exact.Weight.copy_(convolution.Weight.to(type));   // the weights that the fast one computes with
            }

            var random = new Generator(5);
            Tensor x = randn(8, inputs, side, side, generator: random).to(type).requires_grad_(inputs != 3);
            Tensor x64 = x.detach().to(ScalarType.Float64).requires_grad_(inputs != 3);

            Tensor expected = exact.forward(x64);
            Tensor gradient = randn(expected.shape, generator: random).to(type);
            expected.backward([gradient.to(ScalarType.Float64)]);
            LeaveNumbersInMemory();
            Tensor actual = convolution.forward(x);
            LeaveNumbersInMemory();
            actual.backward([gradient]);

            Near(expected, actual, tolerance);
            Near(exact.Weight.grad!, convolution.Weight.grad!, tolerance);
            if (inputs != 3)
            {
                Near(x64.grad!, x.grad!, tolerance);
            }
        }
    }

    // The next allocations reuse the memory that is freed here.
    private static void LeaveNumbersInMemory()
    {
        using var scope = NewDisposeScope();
        for (long size = 64; size <= 1 << 18; size *= 4)
        {
            for (int i = 0; i < 4; i++)
            {
                full(size, float.NaN);
            }
        }
    }

    private static void Near(Tensor expected, Tensor actual, double tolerance)
        => Assert.InRange(
            ((actual.to(ScalarType.Float64) - expected).abs().max() / expected.abs().max()).item<double>(),
            0,
            tolerance);
}
