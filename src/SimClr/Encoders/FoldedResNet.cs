using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>A <see cref="ResNet"/> for inference, its batch norms folded into its convolutions. A copy: the encoder stays as it is.</summary>
/// <param name="stem">The first convolution.</param>
/// <param name="pools">Whether the stem pools.</param>
/// <param name="blocks">All residual blocks.</param>
internal sealed class FoldedResNet(FoldedConvolution stem, bool pools, IReadOnlyList<FoldedBlock> blocks) : IDisposable
{
    /// <summary>input: [N, 3, H, W] → h: [N, representation], float32 (float64 for float64).</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = stem.Forward(input, relu: true);
        x = pools ? nn.functional.max_pool2d(x, 3, 2, 1) : x;
        foreach (FoldedBlock block in blocks)
        {
            Tensor next = block.Forward(x);
            x.Dispose();
            x = next;
        }

        return ResNet.Pool(x).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stem.Dispose();
        foreach (FoldedBlock block in blocks)
        {
            block.Dispose();
        }
    }
}
