using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Limits a model's buffers (the running statistics of batch norm) to one update per step, whatever the number of
/// micro-batches: each micro-batch updates them from their values at the start of the step, and they end at the mean of
/// these updates. That is one update by the mean of the micro-batches' statistics.
/// </summary>
/// <remarks>
/// The statistics of all layers become slices of one tensor per data type. ResNet-50 has 160 of them, and a GPU would
/// otherwise receive 320 commands per micro-batch for a few microseconds of work. A layer's statistics keep their
/// names.
/// </remarks>
internal sealed class RunningStatistics(nn.Module model) : IDisposable
{
    private const long Alignment = 64;

    private Tensor[] buffers = [];
    private Tensor[] slabs = [];
    private Tensor[] parts = [];
    private (Tensor Now, Tensor Before, Tensor After)[] step = [];

    /// <summary>The number of memory blocks that hold the buffers.</summary>
    public int Parts => parts.Length;

    /// <summary>Starts a step: records the buffers, in tensors of the caller's dispose scope.</summary>
    public void Begin()
    {
        using var _ = no_grad();
        MoveIn();
        step = [.. parts.Select(now => (now, now.clone(), zeros_like(now)))];
    }

    /// <summary>Resets the buffers to the start of the step.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor before, Tensor _) in step)
        {
            now.copy_(before);
        }
    }

    /// <summary>Records the update of the buffers by one micro-batch, and resets them.</summary>
    /// <param name="share">The micro-batch's share of the batch. The shares of a step add up to 1.</param>
    public void Add(double share)
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor before, Tensor after) in step)
        {
            // Integer buffers only count (num_batches_tracked), and advance by one as in a plain step.
            if (now.is_floating_point())
            {
                after.add_(now, alpha: RootedScalars.From(share));
            }
            else
            {
                after.copy_(now);
            }

            now.copy_(before);
        }
    }

    /// <summary>Sets the buffers to the mean of the recorded updates.</summary>
    public void Settle()
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor _, Tensor after) in step)
        {
            now.copy_(after);
        }
    }

    /// <summary>Releases the slabs. The buffers stay valid; their memory is freed with the last of them.</summary>
    public void Dispose() => Array.ForEach(slabs, slab => slab.Dispose());

    /// <summary>
    /// Moves the buffers into slabs: the first time, and again if the model has other buffers (after a move or
    /// conversion).
    /// </summary>
    private void MoveIn()
    {
        Tensor[] all = [.. model.named_buffers().Select(b => b.buffer)];
        if (all.Length == buffers.Length && all.Zip(buffers).All(pair => ReferenceEquals(pair.First, pair.Second)))
        {
            return;
        }

        // Other buffers stay in place: in a custom encoder, one might be a part of another.
        HashSet<object> statistics = new(
            model.modules().OfType<NormBase>().SelectMany(layer => layer.named_buffers(recurse: false)).Select(
                b => b.buffer),
            ReferenceEqualityComparer.Instance);
        Dispose();
        using var scope = NewDisposeScope();
        slabs = [.. all.Where(statistics.Contains)
            .GroupBy(b => (b.dtype, $"{b.device}"))
            .Select(kind => Slab([.. kind]))];
        parts = [.. slabs, .. all.Where(buffer => !statistics.Contains(buffer))];
        buffers = all;
    }

    // Each slice begins at a multiple of 64 elements, like a separate tensor: kernels of a device may require that.
    private static Tensor Slab(Tensor[] statistics)
    {
        long Room(Tensor buffer) => (buffer.numel() + Alignment - 1) / Alignment * Alignment;
        Tensor slab = zeros([statistics.Sum(Room)], statistics[0].dtype, statistics[0].device).DetachFromDisposeScope();
        long start = 0;
        foreach (Tensor buffer in statistics)
        {
            Tensor own = slab.narrow(0, start, buffer.numel()).view(buffer.shape);
            own.copy_(buffer);
            buffer.set_(own);
            start += Room(buffer);
        }

        return slab;
    }
}
