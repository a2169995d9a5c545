using SimClr.Encoders;
using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// An encoder and an optional head, which compute rows from images; they are in inference mode until disposal, or, if
/// the network is shared, during each call. A ResNet is computed from a copy with folded batch norms, other modules
/// directly.
/// </summary>
internal sealed class InferenceNetwork : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor>? head;
    private readonly FoldedResNet? folded;
    private readonly InferenceMode? mode;
    private readonly InferenceMode? headMode;
    private readonly Lock modules = new();

    /// <summary>Folds the encoder.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The head, or null.</param>
    /// <param name="shared">
    /// Whether any thread may call this object, and the thread that creates it does other work in between, such as
    /// training: whether gradients are computed is a property of a thread. Calls then wait for each other while a
    /// module itself computes. Default: false.
    /// </param>
    public InferenceNetwork(nn.Module<Tensor, Tensor> encoder, nn.Module<Tensor, Tensor>? head, bool shared = false)
    {
        this.encoder = encoder;
        this.head = head;
        var encoderMode = new InferenceMode(encoder);
        Device = encoderMode.Device;
        headMode = head is null || shared ? null : new InferenceMode(head);
        folded = encoder is ResNet resnet ? FoldedResNet.From(resnet) : null;
        if (shared)
        {
            encoderMode.Dispose();
        }
        else
        {
            mode = encoderMode;
        }
    }

    /// <summary>The device of the weights.</summary>
    public string Device { get; }

    /// <summary>
    /// Whether several threads may compute at once. A custom module might keep state between calls, and a GPU is a
    /// single device.
    /// </summary>
    public bool IsConcurrent => folded is not null && Device == "cpu";

    /// <summary>
    /// Whether the threads of a call are those that it asks for, rather than those of libtorch.
    /// </summary>
    public bool HasOwnThreads => IsConcurrent && folded!.IsDirect;

    /// <summary>images: [N, 3, S, S] → rows [N · dimension] of float32, one after another.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threads">
    /// The number of threads that share the computation, if it <see cref="HasOwnThreads"/>. Default: 1.
    /// </param>
    public float[] Compute(Tensor images, int threads = 1)
    {
        using var scope = NewDisposeScope();
        return Forward(images, threads).cpu().data<float>().ToArray();
    }

    /// <summary>
    /// images: [N, 3, S, S] → rows [N, dimension] of float32, on the device of the weights. A GPU may still be
    /// computing them when this method returns.
    /// </summary>
    public Tensor Forward(Tensor images, int threads = 1)
    {
        using var _ = no_grad();
        Tensor rows = IsConcurrent ? folded!.Forward(images, threads)
            : ByModule(encoder, () => folded is null ? encoder.forward(images) : folded.Forward(images));
        rows = head is null ? rows : ByModule(head, () => head.forward(rows));
        return rows.to_type(ScalarType.Float32).contiguous();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        folded?.Dispose();
        headMode?.Dispose();
        mode?.Dispose();
    }

    private Tensor ByModule(nn.Module module, Func<Tensor> compute)
    {
        if (mode is not null)
        {
            return compute();
        }

        lock (modules)
        {
            using var inference = new InferenceMode(module);
            return compute();
        }
    }
}
