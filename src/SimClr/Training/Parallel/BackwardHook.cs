using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The identity; its backward pass tells that it was reached. TorchSharp has no hooks on tensors, and autograd computes what was
/// computed later first: by then all gradients of the layers behind it are there.
/// </summary>
internal sealed class BackwardHook : autograd.SingleTensorFunction<BackwardHook>
{
    private const string Action = "reached";

    /// <inheritdoc/>
    public override string Name => nameof(BackwardHook);

    /// <param name="x">Handed on as it is.</param>
    /// <param name="reached">Called in the backward pass.</param>
    /// <param name="failures">Takes what it throws, and holds the gradient that goes on.</param>
    public static Tensor Attach(Tensor x, Action reached, IRankTotals failures)
    {
        // TorchSharp makes an empty tensor of the same shape, for a gradient that is missing; it is freed here.
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
