using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Keeps a model's buffers (the running statistics of batch norm) to one move per step, however many micro-batches
/// pass through it: each micro-batch moves them from where the step began, and they end at the mean of these moves.
/// That is one update by the mean of the micro-batches' statistics.
/// </summary>
/// <remarks>
/// The statistics of all layers become slices of one tensor for each type of number: ResNet-50 has 160 of them, and a GPU
/// would be told 320 times per micro-batch what it does in a few microseconds. A layer's statistics keep their names.
/// </remarks>
internal sealed class RunningStatistics(nn.Module model) : IDisposable
{
    private const long Alignment = 64;

    private Tensor[] buffers = [];
    private Tensor[] slabs = [];
    private Tensor[] parts = [];
    private (Tensor Now, Tensor Before, Tensor After)[] step = [];

    /// <summary>Pieces of memory that the buffers lie in.</summary>
    public int Parts => parts.Length;

    /// <summary>From here on the buffers are looked after, in tensors of the caller's dispose scope.</summary>
    public void Begin()
    {
        using var _ = no_grad();
        MoveIn();
        step = [.. parts.Select(now => (now, now.clone(), zeros_like(now)))];
    }

    /// <summary>Back to where the step began.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor before, Tensor _) in step)
        {
            now.copy_(before);
        }
    }

    /// <summary>Takes what one pass of a micro-batch made of them, and goes back.</summary>
    /// <param name="share">The micro-batch's share of the batch; the shares of a step add up to 1.</param>
    public void Add(double share)
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor before, Tensor after) in step)
        {
            // What is no floating-point number only counts (num_batches_tracked): it moves by one as in a plain step.
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

    /// <summary>To the mean of what was taken.</summary>
    public void Settle()
    {
        using var _ = no_grad();
        foreach ((Tensor now, Tensor _, Tensor after) in step)
        {
            now.copy_(after);
        }
    }

    /// <summary>The buffers live on; what they lie in is freed with the last of them.</summary>
    public void Dispose() => Array.ForEach(slabs, slab => slab.Dispose());

    /// <summary>The first time, and where the model has been given other buffers (by being moved or converted).</summary>
    private void MoveIn()
    {
        Tensor[] all = [.. model.named_buffers().Select(b => b.buffer)];
        if (all.Length == buffers.Length && all.Zip(buffers).All(pair => ReferenceEquals(pair.First, pair.Second)))
        {
            return;
        }

        // Others are left where they are: in an encoder that is not ours, one might be a part of another.
        HashSet<object> statistics = new(
            model.modules().OfType<NormBase>().SelectMany(layer => layer.named_buffers(recurse: false)).Select(b => b.buffer),
            ReferenceEqualityComparer.Instance);
        Dispose();
        using var scope = NewDisposeScope();
        slabs = [.. all.Where(statistics.Contains).GroupBy(b => (b.dtype, $"{b.device}")).Select(kind => Slab([.. kind]))];
        parts = [.. slabs, .. all.Where(buffer => !statistics.Contains(buffer))];
        buffers = all;
    }

    // Each begins at a multiple of 64 numbers, as tensors of their own do: the kernels of a device may ask for it.
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
