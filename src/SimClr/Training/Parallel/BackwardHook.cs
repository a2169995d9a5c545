using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The identity function, with a callback when the backward pass reaches it. TorchSharp has no hooks on tensors.
/// Autograd processes later operations first, so at the callback all gradients of the layers after it are complete.
/// </summary>
internal sealed class BackwardHook : autograd.SingleTensorFunction<BackwardHook>
{
    private const string Action = "reached";

    /// <inheritdoc/>
    public override string Name => nameof(BackwardHook);

    /// <param name="x">The tensor to return unchanged.</param>
    /// <param name="reached">The callback of the backward pass.</param>
    /// <param name="failures">
    /// The receiver of exceptions from the callback, which also keeps the passing gradient alive.
    /// </param>
    public static Tensor Attach(Tensor x, Action reached, IRankTotals failures)
    {
        // TorchSharp creates an empty tensor of the same shape, to stand for a missing gradient; it is freed here.
        using var scope = NewDisposeScope();
        return apply(x, reached, failures).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        ctx.save_data(Action, ((Action)vars[1], (IRankTotals)vars[2]));
        return ((Tensor)vars[0]).alias();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        (Action reached, IRankTotals failures) = ((Action, IRankTotals))ctx.get_data(Action);
        failures.Handed.Hold([grad_output]);
        try
        {
            using var scope = NewDisposeScope();
            reached();
        }
        catch (Exception error)
        {
            failures.FailInBackward(error);
        }

        return [grad_output, null!, null!];   // one for each argument of the forward pass
    }
}
