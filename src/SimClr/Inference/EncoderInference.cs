using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// Embeds batches of prepared images, several at a time: on the processor each on a thread of its own, with a
/// ResNet's batch norms
/// folded into its convolutions. <c>Embedder</c> computes in the same way; this is for tensors that are there
/// already. The
/// encoder computes without gradients until this is disposed of.
/// </summary>
public sealed class EncoderInference : IDisposable
{
    private readonly MallocTuning memory = new();
    private readonly InferenceNetwork network;
    private readonly ComputeLanes lanes;

    /// <summary>Prepares an encoder of the catalog on the processor.</summary>
    /// <param name="encoder">[N, 3, S, S] → [N, dimension]; its weights must not change meanwhile.</param>
    /// <param name="threads">Batches computed at once, above 0.</param>
    /// <exception cref="ArgumentException">The encoder is a custom module or on another device, and cannot compute
    /// several batches at once.</exception>
    public EncoderInference(nn.Module<Tensor, Tensor> encoder, int threads)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        network = new InferenceNetwork(encoder, head: null);
        if (!network.IsConcurrent)
        {
            network.Dispose();
            memory.Dispose();
            throw new ArgumentException(
                "several batches at once need an encoder of the catalog on the processor", nameof(encoder));
        }

        lanes = new ComputeLanes(threads);
    }

    /// <summary>Computes a batch as soon as a thread is free.</summary>
    /// <param name="images">[N, 3, S, S], resized and normalized; not to be changed or disposed of before the task
    /// has ended.</param>
    /// <returns>N · dimension numbers, row by row.</returns>
    public Task<float[]> Start(Tensor images) => lanes.Start(() => network.Compute(images));

    /// <summary>Waits for the batches that were started; the encoder is then as it was.</summary>
    public void Dispose()
    {
        lanes.Dispose();
        network.Dispose();
        memory.Dispose();
    }
}
