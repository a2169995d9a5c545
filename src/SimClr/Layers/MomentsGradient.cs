using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// The part of batch norm's gradient that flows through mean and variance. The forward pass returns its inputs
/// unchanged. The backward pass receives the gradients of normalizing by constants, w·g/σ, Σ g·x̂ and Σ g, and
/// subtracts
/// <code>
/// w / σN · (Σ g + x̂ · Σ g·x̂)
/// </code>
/// with the sums and N over all ranks. The gradients of scale and shift remain this rank's own, like all parameter
/// gradients.
/// </summary>
internal sealed class MomentsGradient : autograd.MultiTensorFunction<MomentsGradient>
{
    private const string Other = "other";

    /// <inheritdoc/>
    public override string Name => nameof(MomentsGradient);

    /// <summary>Returns x, scale and shift as the inputs for batch norm by these moments.</summary>
    public static (Tensor X, Tensor Scale, Tensor Shift) Pass(
        Tensor x, Tensor scale, Tensor shift, GlobalMoments moments, double epsilon, IRankTotals totals)
    {
        List<Tensor> through = apply(x, scale, shift, moments, epsilon, totals);
        return (through[0], through[1], through[2]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, scale, shift, moments) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (GlobalMoments)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x, scale, moments.Mean, moments.Variance, moments.Count]);
        ctx.save_data(Other, ((double)vars[4], (IRankTotals)vars[5]));
        return [x.alias(), scale.alias(), shift.alias()];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        (double epsilon, IRankTotals totals) = ((double, IRankTotals))ctx.get_data(Other);
        using var scope = NewDisposeScope();
        scope.Attach(grad_outputs.Where(gradient => !gradient.IsInvalid));
        Tensor byX = grad_outputs[0];
        try
        {
            List<Tensor> saved = ctx.get_saved_variables();
            byX = Through(saved, grad_outputs, epsilon, totals);
            ctx.Dispose();   // frees x, as PyTorch's own functions do after their backward pass
        }
        catch (Exception error)
        {
            totals.FailInBackward(error);
        }

        // one for each argument of the forward pass
        List<Tensor> result = [byX, grad_outputs[1], grad_outputs[2], null!, null!, null!];
        totals.Handed.Hold(result);
        return result;
    }

    private static Tensor Through(List<Tensor> saved, List<Tensor> gradients, double epsilon, IRankTotals totals)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var (x, scale, mean, variance, count) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        long channels = scale.shape[0];
        Tensor sums = cat([gradients[1], gradients[2]]);                                     // [2C]: Σ g·x̂, Σ g
        totals.Sum(sums);
        // −w / σN
        Tensor weight = scale.div(variance.Plus(RootedScalars.From(epsilon)).sqrt_())
            .div_(count.neg().to_type(scale.dtype));
        Tensor through = nn.functional.batch_norm(
            x, mean, variance, sums.narrow(0, 0, channels).mul_(weight),
            sums.narrow(0, channels, channels).mul_(weight), training: false, eps: epsilon);
        return through.add_(gradients[0], RootedScalars.One).MoveToOuterDisposeScope();
    }
}
