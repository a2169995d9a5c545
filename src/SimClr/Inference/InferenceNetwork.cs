using SimClr.Encoders;
using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// An encoder and an optional head, which compute rows from images; they are in inference mode until disposal. A ResNet
/// is computed from a copy with folded batch norms, other modules directly.
/// </summary>
internal sealed class InferenceNetwork : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor>? head;
    private readonly FoldedResNet? folded;
    private readonly InferenceMode mode;
    private readonly InferenceMode? headMode;

    public InferenceNetwork(nn.Module<Tensor, Tensor> encoder, nn.Module<Tensor, Tensor>? head)
    {
        this.encoder = encoder;
        this.head = head;
        mode = new InferenceMode(encoder);
        headMode = head is null ? null : new InferenceMode(head);
        folded = encoder is ResNet resnet ? FoldedResNet.From(resnet) : null;
    }

    /// <summary>The device of the weights.</summary>
    public string Device => mode.Device;

    /// <summary>
    /// Whether several threads may compute at once. A custom module might keep state between calls, and a GPU is a
    /// single device.
    /// </summary>
    public bool IsConcurrent => folded is not null && Device == "cpu";

    /// <summary>images: [N, 3, S, S] → rows [N · dimension] of float32, one after another.</summary>
    public float[] Compute(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Forward(images).cpu().data<float>().ToArray();
    }

    /// <summary>
    /// images: [N, 3, S, S] → rows [N, dimension] of float32, on the device of the weights. A GPU may still be
    /// computing them when this method returns.
    /// </summary>
    public Tensor Forward(Tensor images)
    {
        Tensor rows = folded is null ? encoder.forward(images) : folded.Forward(images);
        rows = head is null ? rows : head.forward(rows);
        return rows.to_type(ScalarType.Float32).contiguous();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        folded?.Dispose();
        headMode?.Dispose();
        mode.Dispose();
    }
}
