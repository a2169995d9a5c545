using SimClr.Internals;
using SimClr.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Convolution = SimClr.Layers.Convolution;

namespace SimClr.Inference;

/// <summary>
/// A convolution and its batch norm as one convolution with bias, for inference: with fixed statistics, a batch norm
/// multiplies each channel by γ / √(σ² + ε) and shifts it. It holds copies and leaves the originals unchanged.
/// </summary>
internal sealed class FoldedConvolution : IDisposable
{
    private readonly Tensor? weight;   // null if there is a direct form
    private readonly Tensor? bias;
    private readonly long stride;
    private readonly long padding;
    private readonly bool fused;
    private readonly bool pointwise;

    /// <summary>Folds a batch norm into a convolution.</summary>
    /// <param name="convolution">The convolution, without bias.</param>
    /// <param name="norm">The batch norm that follows it.</param>
    /// <param name="fused">
    /// Whether the operation after the convolution is fused with it, if possible. Default: true.
    /// </param>
    /// <param name="direct">Whether to build only the direct form, which computes in plain memory.</param>
    public FoldedConvolution(Convolution convolution, BatchNorm norm, bool direct, bool fused = true)
    {
        this.fused = fused;
        using var _ = no_grad();
        using var scope = NewDisposeScope();

        // In double precision, to round only once, at the end.
        Tensor scale = norm.weight!.to_type(ScalarType.Float64)
            / norm.running_var!.to_type(ScalarType.Float64).Plus(RootedScalars.From(norm.eps)).sqrt();
        Tensor shift = norm.bias!.to_type(ScalarType.Float64)
            - (norm.running_mean!.to_type(ScalarType.Float64) * scale);
        Tensor kernel = convolution.Weight.to_type(ScalarType.Float64) * scale.view(-1, 1, 1, 1);
        ScalarType type = convolution.Weight.dtype;
        (stride, padding) = (convolution.Stride, convolution.Padding);
        (Tensor folded, Tensor shifted) =
            (WithMemoryFormatOf(convolution.Weight, kernel.to_type(type)), shift.to_type(type));
        pointwise = PointwiseConvolution.Supports(folded);
        if (direct)
        {
            Direct = new DirectConvolution(folded, shifted, stride, padding);
        }
        else
        {
            weight = folded.DetachFromDisposeScope();
            bias = shifted.DetachFromDisposeScope();
        }
    }

    /// <summary>
    /// The direct form, which computes in plain memory. If it exists, the methods below cannot be used.
    /// </summary>
    public DirectConvolution? Direct { get; }

    /// <summary>
    /// x: [N, inputs, H, W] → [N, outputs, H / stride, W / stride], optionally followed by ReLU.
    /// </summary>
    public Tensor Forward(Tensor input, bool relu)
    {
        if (pointwise)
        {
            Tensor product = PointwiseConvolution.Forward(input, weight!, bias!, stride);
            return relu ? product.relu_() : product;
        }

        return (fused ? FusedConvolution.TryForward(input, weight!, bias!, stride, padding, relu) : null) ?? OneByOne();

        Tensor OneByOne()
        {
            Tensor output = nn.functional.conv2d(
                input, weight!, bias!, strides: [stride, stride], padding: [padding, padding]);
            return relu ? output.relu_() : output;
        }
    }

    /// <summary>Computes ReLU of the sum of this convolution and a shortcut.</summary>
    /// <param name="input">[N, inputs, H, W].</param>
    /// <param name="shortcut">[N, outputs, H / stride, W / stride], overwritten.</param>
    public Tensor ForwardOnto(Tensor input, Tensor shortcut)
        => (fused && !pointwise ? FusedConvolution.TryAddTo(shortcut, input, weight!, bias!, stride, padding) : null)
            ?? Forward(input, relu: false).add_(shortcut, RootedScalars.One).relu_();

    /// <inheritdoc/>
    public void Dispose()
    {
        weight?.Dispose();
        bias?.Dispose();
        Direct?.Dispose();
    }

    // Preserves channels last.
    private static Tensor WithMemoryFormatOf(Tensor model, Tensor kernel)
        => model.permute(0, 2, 3, 1).is_contiguous()
            ? kernel.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
            : kernel.contiguous();
}
