using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Stochastic gradient descent with Nesterov momentum, as in PyTorch (the rate is not part of the momentum buffer).
/// <code>
/// g ← g + λ·w;   v ← m·v + g;   w ← w − rate·(g + m·v)
/// </code>
/// Biases and batch-norm parameters are not decayed.
/// </summary>
public sealed class Sgd : Optimizer
{
    // Scalars that live as long as this instance: see RootedScalars.
    private readonly Scalar momentum;
    private readonly Scalar weightDecay;

    /// <summary>Creates the optimizer for the given parameters.</summary>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>.</param>
    /// <param name="momentum">m. Default: 0.9.</param>
    /// <param name="weightDecay">λ. Default: 0.</param>
    public Sgd(IReadOnlyList<TrainedParameter> parameters, double momentum = 0.9, double weightDecay = 0)
        : base(parameters)
    {
        AddSlot("momentum");
        this.momentum = RootedScalars.From(momentum);
        this.weightDecay = RootedScalars.From(weightDecay);
    }

    /// <inheritdoc/>
    protected override void Update(ParameterSlab slab, double learningRate)
    {
        Tensor decayed = slab.Excluded ? slab.Gradients : slab.Gradients.add(slab.Values, alpha: weightDecay);
        Tensor velocity = slab.Slot("momentum").mul_(momentum).add_(decayed, RootedScalars.One);
        slab.Values.add_(decayed.add(velocity, alpha: momentum), alpha: RootedScalars.From(-learningRate));
    }
}
