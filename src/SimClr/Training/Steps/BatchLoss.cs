using SimClr.Losses;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The loss of a whole batch, and its gradient with respect to the projections of this process.</summary>
/// <param name="loss">The loss.</param>
internal class BatchLoss(IContrastiveLoss loss) : IDisposable
{
    /// <summary>Computes the loss and its gradient.</summary>
    /// <param name="z1">Projections of the first views, [n, d], without a graph.</param>
    /// <param name="z2">Projections of the second views, [n, d].</param>
    public virtual Outcome Compute(Tensor z1, Tensor z2)
    {
        Tensor value = WithGradients(z1, z2, loss.Forward);
        return new Outcome(value, z1.grad!, z2.grad!, cat([z1.detach(), z2.detach()]));
    }

    /// <summary>Disposes the tensors that outlive a step.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Evaluates a loss and leaves its gradients in <paramref name="z1"/> and <paramref name="z2"/>.</summary>
    protected static Tensor WithGradients(Tensor z1, Tensor z2, Func<Tensor, Tensor, Tensor> loss)
    {
        z1.requires_grad_();
        z2.requires_grad_();
        Tensor value = loss(z1, z2);
        value.backward();
        return value;
    }

    /// <summary>A loss and its gradient.</summary>
    /// <param name="Value">The loss of the whole batch, a scalar.</param>
    /// <param name="Gradient1">∂ℓ/∂z1 for this process's images, [n, d].</param>
    /// <param name="Gradient2">∂ℓ/∂z2 for this process's images, [n, d].</param>
    /// <param name="Z">The projections of all processes, [2N, d], first views first.</param>
    internal sealed record Outcome(Tensor Value, Tensor Gradient1, Tensor Gradient2, Tensor Z);
}
