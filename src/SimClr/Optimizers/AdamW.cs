using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov, Hutter 2019, arXiv 1711.05101), as PyTorch has it, β₂ = 0.999 and
/// ε = 1e-8. Biases and batch-norm parameters see no decay.
/// </summary>
public sealed class AdamW : Optimizer
{
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private readonly double beta1;
    private readonly double weightDecay;

    /// <summary>Creates the optimizer for the given parameters.</summary>
    /// <param name="parameters">From <see cref="ParameterGroups.Of"/>.</param>
    /// <param name="beta1">β₁. Default 0.9.</param>
    /// <param name="weightDecay">λ. Default 0.01.</param>
    public AdamW(IReadOnlyList<TrainedParameter> parameters, double beta1 = 0.9, double weightDecay = 0.01)
        : base(parameters, "mean", "square", "power1", "power2")
    {
        this.beta1 = beta1;
        this.weightDecay = weightDecay;
        foreach (TrainedParameter parameter in parameters)
        {
            Slot("power1", parameter).fill_(1);
            Slot("power2", parameter).fill_(1);
        }
    }

    private protected override void Update(TrainedParameter parameter, Tensor gradient, double learningRate)
    {
        if (!parameter.Excluded)
        {
            parameter.Value.mul_(1 - (learningRate * weightDecay));
        }

        Tensor mean = Slot("mean", parameter).mul_(beta1).add_(gradient, alpha: 1 - beta1);
        Tensor square = Slot("square", parameter).mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        Tensor meanBias = Slot("power1", parameter).mul_(beta1).neg().add_(1);
        Tensor squareBias = Slot("power2", parameter).mul_(Beta2).neg().add_(1);
        Tensor denominator = square.div(squareBias).sqrt_().add_(Epsilon);
        parameter.Value.addcdiv_(mean.div(meanBias), denominator, -learningRate);
    }
}
