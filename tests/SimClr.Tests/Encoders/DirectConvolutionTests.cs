using SimClr.Inference;
using static TorchSharp.torch;

namespace SimClr.Tests.Encoders;

public sealed unsafe class DirectConvolutionTests
{
    private const int Behind = 64;

    /// <summary>Inputs, outputs, kernel, stride, height, width, images.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Layers => new()
    {
        { 3, 64, 7, 2, 41, 38, 2 },      // stems
        { 3, 16, 3, 1, 32, 32, 3 },
        { 3, 5, 3, 1, 9, 7, 1 },
        { 64, 64, 3, 1, 32, 32, 2 },     // an image in bands
        { 128, 128, 3, 1, 16, 16, 5 },
        { 512, 512, 3, 1, 4, 4, 7 },     // tiles of several images
        { 16, 32, 3, 1, 31, 33, 3 },     // tiles beyond the edge, more than are transformed together
        { 32, 48, 3, 2, 9, 9, 30 },      // several images in a frame, fewer in the last
        { 64, 128, 3, 2, 15, 13, 3 },
        { 48, 80, 3, 1, 7, 14, 2 },      // a panel of 16 outputs at the end
        { 20, 36, 3, 1, 5, 6, 2 },       // padded channels
        { 16, 64, 1, 1, 7, 7, 3 },       // 147 pixels: three are left over
        { 64, 16, 1, 1, 1, 1, 1 },
        { 256, 512, 1, 2, 9, 8, 2 },
        { 2048, 32, 1, 1, 3, 3, 2 },
        { 32, 32, 3, 2, 1, 1, 2 },       // one pixel
        { 32, 32, 3, 1, 2, 1, 5 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void It_equals_the_convolution_in_double_precision(
        int inputs, int outputs, int kernel, int stride, int height, int width, int count)
        => Check(inputs, outputs, kernel, stride, height, width, count);

    [Fact]
    public void It_equals_the_convolution_for_any_shape()
    {
        var random = new Random(6);
        for (int i = 0; i < 100; i++)
        {
            Check(
                random.Next(1, 70), random.Next(4, 100), random.GetItems([1, 3, 7], 1)[0], random.Next(1, 3),
                random.Next(1, 40), random.Next(1, 40), random.Next(1, 5));
        }
    }

    [Fact]
    public void Three_outputs_and_other_types_are_not_supported()
    {
        using var scope = NewDisposeScope();
        Assert.False(DirectConvolution.Supports(zeros(3, 16, 1, 1)));
        Assert.False(DirectConvolution.Supports(zeros([16, 16, 1, 1], float64)));
        Assert.False(DirectConvolution.Supports(zeros([16, 16, 1, 1], bfloat16)));
    }

    private static void Check(int inputs, int outputs, int kernel, int stride, int height, int width, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Assert.SkipUnless(DirectConvolution.Supports(zeros(16, 16, 1, 1)), "this processor has no AVX-512");
        var generator = new Generator(1);
        Tensor x = randn(count, inputs, height, width, generator: generator);
        Tensor weight = randn(outputs, inputs, kernel, kernel, generator: generator);
        Tensor bias = randn(outputs, generator: generator);
        Tensor exact = nn.functional.conv2d(
            x.to(float64),
            weight.to(float64),
            bias.to(float64),
            strides: [stride, stride],
            padding: [kernel / 2, kernel / 2]);
        Tensor there = randn(exact.shape, generator: generator);
        double largest = exact.abs().max().item<double>();

        using var convolution = new DirectConvolution(weight, bias, stride, kernel / 2);
        using var memory = new DirectMemory();
        Tensor images = Filled(x, inputs == 3 ? 3 : (inputs + 15) / 16 * 16);
        var read = new Activations(DirectMemory.First(images), -1, count, height, width, (int)images.shape[3]);
        Near(exact, adds: false, relu: false);
        Near(exact + there.to(float64), adds: true, relu: false);
        Near((exact + there.to(float64)).relu(), adds: true, relu: true);

        void Near(Tensor expected, bool adds, bool relu)
        {
            Tensor start = Filled(there, convolution.Outputs);
            Tensor result = cat([start.view(-1), full(Behind, 7f)]);   // nothing is written past the end
            Activations shape = convolution.Result(read, memory, 0);
            Assert.Equal(start.shape, new long[] { shape.Count, shape.Height, shape.Width, shape.Channels });
            var written = new Activations(
                DirectMemory.First(result), -1, shape.Count, shape.Height, shape.Width, shape.Channels);
            convolution.Forward(read, written, memory, adds, relu);
            Tensor inParts = cat([start.view(-1), full(Behind, 7f)]);
            using var several = new DirectMemory { Threads = 3, ProductsPerThread = 1 };
            convolution.Forward(
                read,
                new Activations(
                    DirectMemory.First(inParts), -1, shape.Count, shape.Height, shape.Width, shape.Channels),
                several, adds, relu);
            Assert.True(result.equal(inParts).all().item<bool>());
            Tensor actual = result[..(int)start.numel()].view(start.shape);
            Assert.True(actual.slice(3, outputs, convolution.Outputs, 1).eq(0).all().item<bool>());
            double error = (actual.slice(3, 0, outputs, 1).permute(0, 3, 1, 2).to(float64) - expected)
                .abs()
                .max()
                .item<double>() / largest;
            Assert.True(
                error < 1e-5,
                $"{kernel} x {kernel}, stride {stride}, {inputs} -> {outputs}, {count} of {height} x {width}: {error}");
            Assert.True(result[(int)start.numel()..].eq(7).all().item<bool>());
        }
    }

    // [N, H, W, channels], with zeros for missing channels
    private static Tensor Filled(Tensor images, int channels)
        => nn.functional.pad(images, [0, 0, 0, 0, 0, channels - images.shape[1]]).permute(0, 2, 3, 1).contiguous();
}
