using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// LARS (You, Gitman, Ginsburg 2017, arXiv 1708.03888) as the paper's code has it: the learning rate inside the
/// momentum buffer, weight decay added to the gradient before its norm is taken.
/// <code>
/// g ← g + λ·w;   v ← m·v + rate · trust·‖w‖/‖g‖ · g;   w ← w − v
/// </code>
/// The ratio is 1 where a norm is 0. Biases and batch-norm parameters see neither decay nor the ratio.
/// </summary>
public sealed class Lars : Optimizer
{
    private readonly double momentum;
    private readonly double weightDecay;
    private readonly double trustCoefficient;

    /// <summary>Creates the optimizer for the given parameters.</summary>
    /// <param name="parameters">From <see cref="ParameterGroups.Of"/>.</param>
    /// <param name="momentum">m. Default 0.9.</param>
    /// <param name="weightDecay">λ. 0 does not turn the adaptation off. Default 1e-6.</param>
    /// <param name="trustCoefficient">Default 0.001.</param>
    public Lars(
        IReadOnlyList<TrainedParameter> parameters,
        double momentum = 0.9,
        double weightDecay = 1e-6,
        double trustCoefficient = 0.001)
        : base(parameters, "momentum")
    {
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.trustCoefficient = trustCoefficient;
    }

    private protected override void Update(TrainedParameter parameter, Tensor gradient, double learningRate)
    {
        Tensor velocity = Slot("momentum", parameter).mul_(momentum);
        if (parameter.Excluded)
        {
            velocity.add_(gradient, alpha: learningRate);
        }
        else
        {
            Tensor decayed = gradient.add(parameter.Value, alpha: weightDecay);
            velocity.add_(decayed.mul_(TrustRatio(parameter.Value, decayed)), alpha: learningRate);
        }

        parameter.Value.sub_(velocity);
    }

    // A tensor, never a number: reading it back would make the device wait for the host.
    private Tensor TrustRatio(Tensor weight, Tensor gradient)
    {
        Tensor weightNorm = weight.norm();
        Tensor gradientNorm = gradient.norm();
        Tensor ratio = weightNorm.mul(trustCoefficient).div(gradientNorm);
        return where(weightNorm.mul(gradientNorm).gt(0), ratio, ones_like(ratio));
    }
}
