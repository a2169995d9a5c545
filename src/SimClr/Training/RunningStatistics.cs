using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Keeps a model's buffers (the running statistics of batch norm) to one move per step, however many micro-batches
/// pass through it: each micro-batch moves them from where the step began, and they end at the mean of these moves.
/// That is one update by the mean of the micro-batches' statistics. Its tensors live in the caller's dispose scope.
/// </summary>
internal sealed class RunningStatistics
{
    private readonly (Tensor Buffer, Tensor Before, Tensor After)[] buffers;

    public RunningStatistics(nn.Module model)
    {
        using var _ = no_grad();
        buffers = [.. model.named_buffers().Select(b => (b.buffer, b.buffer.clone(), zeros_like(b.buffer)))];
    }

    /// <summary>Back to where the step began.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach ((Tensor buffer, Tensor before, Tensor _) in buffers)
        {
            buffer.copy_(before);
        }
    }

    /// <summary>Takes what one pass of a micro-batch made of them, and goes back.</summary>
    /// <param name="share">The micro-batch's share of the batch; the shares of a step add up to 1.</param>
    public void Add(double share)
    {
        using var _ = no_grad();
        foreach ((Tensor buffer, Tensor before, Tensor after) in buffers)
        {
            // What is no floating-point number only counts (num_batches_tracked): it moves by one as in a plain step.
            if (buffer.is_floating_point())
            {
                after.add_(buffer, alpha: Scalars.Of(share));
            }
            else
            {
                after.copy_(buffer);
            }

            buffer.copy_(before);
        }
    }

    /// <summary>To the mean of what was taken.</summary>
    public void Settle()
    {
        using var _ = no_grad();
        foreach ((Tensor buffer, Tensor _, Tensor after) in buffers)
        {
            buffer.copy_(after);
        }
    }
}
