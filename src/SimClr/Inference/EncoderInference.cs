using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// Embeds batches of preprocessed images on the CPU, several batches at a time, each on a separate thread. The batch
/// norms of a ResNet are folded into its convolutions. <c>Embedder</c> computes in the same way; use this class if the
/// images are already tensors. The encoder is in inference mode until this object is disposed.
/// </summary>
public sealed class EncoderInference : IDisposable
{
    private readonly MallocTuning memory = new();
    private readonly InferenceNetwork network;
    private readonly ComputeLanes lanes;

    /// <summary>Prepares an encoder of the catalog on the CPU.</summary>
    /// <param name="encoder">
    /// [N, 3, S, S] → [N, dimension]. Its weights must not change until this object is disposed.
    /// </param>
    /// <param name="threads">The number of batches computed at the same time, above 0.</param>
    /// <exception cref="ArgumentException">
    /// The encoder is a custom module or is on another device, and cannot compute several batches at once.
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
                "got a custom encoder or one on another device, expected an encoder of the catalog on the CPU", nameof(encoder));
        }

        lanes = new ComputeLanes(threads);
    }

    /// <summary>Queues a batch, which is computed as soon as a thread is free.</summary>
    /// <param name="images">
    /// [N, 3, S, S], resized and normalized. Do not change or dispose of the tensor before the task has completed.
    /// </param>
    /// <returns>N · dimension numbers, row by row.</returns>
    public Task<float[]> Start(Tensor images) => lanes.Start(() => network.Compute(images));

    /// <summary>Waits for the started batches and restores the state of the encoder.</summary>
    public void Dispose()
    {
        lanes.Dispose();
        network.Dispose();
        memory.Dispose();
    }
}
