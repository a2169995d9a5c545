using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// A residual block of folded convolutions, each followed by ReLU; the shortcut is added to the output of the last one
/// before its ReLU.
/// </summary>
/// <param name="path">The convolutions in order.</param>
/// <param name="shortcut">The projection of the shortcut; null if the input itself is added.</param>
internal sealed class FoldedBlock(FoldedConvolution[] path, FoldedConvolution? shortcut) : IDisposable
{
    /// <summary>Channels of the result in plain memory, padded to a multiple of 16.</summary>
    public int Outputs => path[^1].Direct!.Outputs;

    /// <summary>[N, inputs, H, W] → [N, outputs, H / stride, W / stride].</summary>
    /// <param name="input">Overwritten if the block adds it to its output.</param>
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

    /// <summary>Computes the block in plain memory, if the convolutions have a direct form.</summary>
    /// <param name="input">Images in a slot, which is overwritten.</param>
    /// <param name="memory">The memory for the result and the intermediate images.</param>
    public Activations Forward(Activations input, DirectMemory memory)
    {
        int Slot(int n) => (input.Slot + n) % DirectMemory.Slots;

        Activations x = input;
        for (int i = 0; i < path.Length - 1; i++)
        {
            x = Compute(path[i], x, Slot(1 + (i % 2)), relu: true);
        }

        Activations sum = shortcut is null ? input : Compute(shortcut, input, Slot(3), relu: false);
        path[^1].Direct!.Forward(x, sum, memory, adds: true, relu: true);
        return sum;

        Activations Compute(FoldedConvolution convolution, Activations images, int slot, bool relu)
        {
            Activations result = convolution.Direct!.Result(images, memory, slot);
            convolution.Direct.Forward(images, result, memory, adds: false, relu);
            return result;
        }
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
