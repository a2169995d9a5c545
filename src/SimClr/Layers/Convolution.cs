using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// A square convolution without bias. It computes in the precision of its input: a network with float32 weights runs in
/// bfloat16 if its input is bfloat16 (gradients still arrive in float32).
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    // The number of float32 values in the widest CPU vector register.
    private const long Lanes = 16;

    /// <summary>Input channels of the first convolution.</summary>
    internal const long Colors = 3;

    private readonly Parameter weight;

    public Convolution(long inputs, long outputs, long kernel, long stride = 1)
        : base(nameof(Convolution))
    {
        Stride = stride;
        Padding = kernel / 2;
        weight = nn.Parameter(empty(outputs, inputs, kernel, kernel, device: CPU));
        RegisterComponents();
    }

    public Tensor Weight => weight;

    public long Stride { get; }

    public long Padding { get; }

    /// <summary>x: [N, inputs, H, W] → [N, outputs, H / stride, W / stride].</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor kernel = weight.dtype == input.dtype ? weight : weight.to_type(input.dtype);
        if (PointwiseConvolution.Supports(weight))
        {
            return PointwiseConvolution.Forward(input, kernel, Stride);
        }

        return IsNarrow && input.device_type == TorchSharp.DeviceType.CPU
            ? PadChannels(input, kernel)
            : nn.functional.conv2d(input, kernel, strides: [Stride, Stride], padding: [Padding, Padding]);
    }

    /// <summary>
    /// Draws weights from a normal distribution with variance 2 / fan-out (He et al. 2015, as in torchvision).
    /// </summary>
    public void Initialize(long seed, int index)
    {
        double fanOut = weight.shape[0] * weight.shape[2] * weight.shape[3];
        using var values = WeightInitializer.Normal(weight.shape, Math.Sqrt(2 / fanOut), seed, index);
        using var _ = no_grad();
        weight.copy_(values);
    }

    private bool IsNarrow => Missing(weight.shape[0]) > 0 || Missing(weight.shape[1]) > 0;

    /// <summary>
    /// The number of channels to add to reach a multiple of 16; 0 for three color channels, a special case in oneDNN
    /// and here.
    /// </summary>
    internal static long Missing(long channels) => channels == Colors ? 0 : (Lanes - (channels % Lanes)) % Lanes;

    /// <summary>
    /// Computes the convolution with channels zero-padded to a multiple of 16. Without the padding, oneDNN (3.7.1,
    /// AVX-512) computes the gradient of the missing channels from arbitrary memory, which may contain NaN.
    /// </summary>
    private Tensor PadChannels(Tensor input, Tensor kernel)
    {
        (long outputs, long inputs) = (weight.shape[0], weight.shape[1]);
        Tensor wide = nn.functional.pad(kernel, [0, 0, 0, 0, 0, Missing(inputs), 0, Missing(outputs)]);
        Tensor x = Missing(inputs) == 0 ? input : nn.functional.pad(input, [0, 0, 0, 0, 0, Missing(inputs)]);
        return nn.functional.conv2d(x, wide, strides: [Stride, Stride], padding: [Padding, Padding])
            .narrow(1, 0, outputs);
    }
}
