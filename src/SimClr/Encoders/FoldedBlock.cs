using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>A residual block of folded convolutions: ReLU after each but the last, whose output the shortcut is added to first.</summary>
/// <param name="path">The convolutions one after another.</param>
/// <param name="shortcut">The projection of the shortcut, or null where the input itself is added.</param>
internal sealed class FoldedBlock(FoldedConvolution[] path, FoldedConvolution? shortcut) : IDisposable
{
    /// <summary>x: [N, inputs, H, W] → [N, outputs, H / stride, W / stride].</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input;
        foreach (FoldedConvolution convolution in path)
        {
            x = convolution.Forward(x, relu: convolution != path[^1]);
        }

        return x.add_(shortcut?.Forward(input, relu: false) ?? input).relu_().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FoldedConvolution convolution in path)
        {
            convolution.Dispose();
        }

        shortcut?.Dispose();
    }
}
