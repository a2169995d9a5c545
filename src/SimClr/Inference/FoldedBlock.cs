using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>A residual block of folded convolutions: ReLU after each but the last, whose output the shortcut is added to first.</summary>
/// <param name="path">The convolutions one after another.</param>
/// <param name="shortcut">The projection of the shortcut, or null where the input itself is added.</param>
internal sealed class FoldedBlock(FoldedConvolution[] path, FoldedConvolution? shortcut) : IDisposable
{
    /// <summary>Channels of the result over plain memory, filled up to a multiple of 16.</summary>
    public int Outputs => path[^1].Direct!.Outputs;

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

    /// <summary>The same over plain memory, where the convolutions have that form.</summary>
    /// <param name="input">In a slot, which is written over.</param>
    /// <param name="memory">Where the result and what is in between go.</param>
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
