using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>A residual block of folded convolutions: ReLU after each but the last, whose output the shortcut is added to first.</summary>
/// <param name="path">The convolutions one after another.</param>
/// <param name="shortcut">The projection of the shortcut, or null where the input itself is added.</param>
internal sealed class FoldedBlock(FoldedConvolution[] path, FoldedConvolution? shortcut) : IDisposable
{
    /// <summary>[N, inputs, H, W] → [N, outputs, H / stride, W / stride].</summary>
    /// <param name="input">Overwritten where the block adds it to its output.</param>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input;
        foreach (FoldedConvolution convolution in path[..^1])
        {
            x = convolution.Forward(x, relu: true);
        }

        return path[^1].ForwardOnto(x, shortcut?.Forward(input, relu: false) ?? input).MoveToOuterDisposeScope();
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
