using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// Embeds batches of prepared images on the CPU, several batches at a time, each on a separate thread, with the batch
/// norms of a ResNet folded into its convolutions. <c>Embedder</c> computes in the same way; this class is for existing
/// tensors. The encoder computes without gradients until this object is disposed.
/// </summary>
public sealed class EncoderInference : IDisposable
{
    private readonly MallocTuning memory = new();
    private readonly InferenceNetwork network;
    private readonly ComputeLanes lanes;

    /// <summary>Prepares an encoder of the catalog on the CPU.</summary>
    /// <param name="encoder">
    /// The encoder, [N, 3, S, S] → [N, dimension]. Its weights must not change until this object is disposed.
    /// </param>
    /// <param name="threads">The number of batches computed at once, above 0.</param>
    /// <exception cref="ArgumentException">
    /// The encoder is custom or not on the CPU, so it cannot compute several batches at once.
    /// </exception>
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
                "got a custom encoder or one that is not on the CPU, expected an encoder of the catalog on the CPU",
                nameof(encoder));
        }

        lanes = new ComputeLanes(threads);
    }

    /// <summary>Computes a batch as soon as a thread is free.</summary>
    /// <param name="images">
    /// The images, [N, 3, S, S], resized and normalized. They must not be changed or disposed before the task has
    /// ended.
    /// </param>
    /// <returns>The N · dimension numbers of the representations, row by row.</returns>
    public Task<float[]> Start(Tensor images) => lanes.Start(() => network.Compute(images));

    /// <summary>Waits for the started batches and restores the encoder.</summary>
    public void Dispose()
    {
        lanes.Dispose();
        network.Dispose();
        memory.Dispose();
    }
}
