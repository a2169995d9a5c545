using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// LARS (You, Gitman, Ginsburg 2017, arXiv 1708.03888) as in the paper's code: the learning rate is part of the
/// momentum buffer, and weight decay is added to the gradient before its norm is computed.
/// <code>
/// g ← g + λ·w;   v ← m·v + rate · trust·‖w‖/‖g‖ · g;   w ← w − v
/// </code>
/// The trust ratio trust·‖w‖/‖g‖ is 1 if either norm is 0. Excluded parameters are neither decayed nor adapted: biases,
/// batch-norm parameters, and weights that start at zero (<see cref="OptimizerCatalog"/>).
/// </summary>
public sealed class Lars : Optimizer
{
    // Scalars that live as long as this instance: see RootedScalars.
    private readonly Scalar momentum;
    private readonly Scalar weightDecay;
    private readonly Scalar trustCoefficient;

    /// <summary>Creates the optimizer for the given parameters.</summary>
    /// <param name="parameters">
    /// From <see cref="ParameterGroups.FromModule"/>. This constructor excludes no others, not even zero weights.
    /// </param>
    /// <param name="momentum">m. Default: 0.9.</param>
    /// <param name="weightDecay">λ; 0 does not disable the adaptation. Default: 1e-6.</param>
    /// <param name="trustCoefficient">The trust coefficient. Default: 0.001.</param>
    public Lars(
        IReadOnlyList<TrainedParameter> parameters,
        double momentum = 0.9,
        double weightDecay = 1e-6,
        double trustCoefficient = 0.001)
        : base(parameters)
    {
        AddSlot("momentum");
        this.momentum = RootedScalars.From(momentum);
        this.weightDecay = RootedScalars.From(weightDecay);
        this.trustCoefficient = RootedScalars.From(trustCoefficient);
    }

    /// <inheritdoc/>
    protected override void Update(ParameterSlab slab, double learningRate)
    {
        Tensor step = slab.Excluded ? slab.Gradients : AdaptedGradients(slab);
        slab.Values.sub_(slab.Slot("momentum").mul_(momentum).add_(step, alpha: RootedScalars.From(learningRate)));
    }

    // The ratio stays a tensor: reading its value would make the host wait for the device.
    private Tensor AdaptedGradients(ParameterSlab slab)
    {
        Tensor decayed = slab.Gradients.add(slab.Values, alpha: weightDecay);
        Tensor weightNorms = slab.Norms(slab.Values);                                        // [parameters]
        Tensor gradientNorms = slab.Norms(decayed);                                          // [parameters]
        Tensor ratios = weightNorms.mul(trustCoefficient).div(gradientNorms);
        ratios = where(weightNorms.mul(gradientNorms).gt(RootedScalars.Zero), ratios, ones_like(ratios));
        return decayed.mul_(slab.PerRow(ratios));
    }
}
