using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// A square convolution without bias. It computes in the precision of its input, so that a network of float32
/// weights runs in bfloat16 when its input is bfloat16 (gradients still arrive in float32).
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    public Convolution(long inputs, long outputs, long kernel, long stride = 1)
        : base(nameof(Convolution))
    {
        Stride = stride;
        Padding = kernel / 2;
        weight = nn.Parameter(empty(outputs, inputs, kernel, kernel));
        RegisterComponents();
    }

    public Tensor Weight => weight;

    public long Stride { get; }

    public long Padding { get; }

    /// <summary>x: [N, inputs, H, W] → [N, outputs, H / stride, W / stride].</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor kernel = weight.dtype == input.dtype ? weight : weight.to_type(input.dtype);
        return nn.functional.conv2d(input, kernel, strides: [Stride, Stride], padding: [Padding, Padding]);
    }

    /// <summary>Normal with variance 2 / fan-out (He et al. 2015, as torchvision).</summary>
    public void Initialize(long seed, int index)
    {
        double fanOut = weight.shape[0] * weight.shape[2] * weight.shape[3];
        using var values = WeightInitializer.Normal(weight.shape, Math.Sqrt(2 / fanOut), seed, index);
        using var _ = no_grad();
        weight.copy_(values);
    }
}
