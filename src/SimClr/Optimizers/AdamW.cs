using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov, Hutter 2019, arXiv 1711.05101), as in PyTorch, with β₂ = 0.999 and ε =
/// 1e-8. Biases and batch-norm parameters are not decayed.
/// </summary>
public sealed class AdamW : Optimizer
{
    private const double SecondDecay = 0.999;

    // Scalars that live as long as this instance: see RootedScalars.
    private readonly Scalar beta1;
    private readonly Scalar beta2 = RootedScalars.From(SecondDecay);
    private readonly Scalar beta1Rest;
    private readonly Scalar beta2Rest = RootedScalars.From(1 - SecondDecay);
    private readonly Scalar epsilon = RootedScalars.From(1e-8);
    private readonly double weightDecay;

    /// <summary>Creates the optimizer for the given parameters.</summary>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>.</param>
    /// <param name="beta1">β₁. Default: 0.9.</param>
    /// <param name="weightDecay">λ. Default: 0.01.</param>
    public AdamW(IReadOnlyList<TrainedParameter> parameters, double beta1 = 0.9, double weightDecay = 0.01)
        : base(parameters)
    {
        this.beta1 = RootedScalars.From(beta1);
        beta1Rest = RootedScalars.From(1 - beta1);
        this.weightDecay = weightDecay;
        AddSlot("mean");
        AddSlot("square");
        AddSlot("power1", 1);
        AddSlot("power2", 1);
    }

    /// <inheritdoc/>
    protected override void Update(ParameterSlab slab, double learningRate)
    {
        if (!slab.Excluded)
        {
            slab.Values.mul_(RootedScalars.From(1 - (learningRate * weightDecay)));
        }

        Tensor mean = slab.Slot("mean").mul_(beta1).add_(slab.Gradients, alpha: beta1Rest);
        Tensor square = slab.Slot("square").mul_(beta2).addcmul_(slab.Gradients, slab.Gradients, beta2Rest);
        Tensor meanBias = slab.Slot("power1").mul_(beta1).neg().add_(RootedScalars.One, RootedScalars.One);
        Tensor squareBias = slab.Slot("power2").mul_(beta2).neg().add_(RootedScalars.One, RootedScalars.One);
        Tensor denominator = square.div(squareBias).sqrt_().add_(epsilon, RootedScalars.One);
        slab.Values.addcdiv_(mean.div(meanBias), denominator, RootedScalars.From(-learningRate));
    }
}
