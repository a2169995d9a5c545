using SimClr.Internals;

namespace SimClr.Optimizers;

/// <summary>The optimizer and its peak learning rate: section <c>optimizer</c> of the configuration.</summary>
public sealed record OptimizerOptions
{
    /// <summary><c>lars</c>, <c>sgd</c> (Nesterov momentum) or <c>adamw</c>. Default: <c>lars</c>.</summary>
    public OptimizerName Name { get; init => field = Require.Defined(value); } = OptimizerName.Lars;

    /// <summary>
    /// The rate that <see cref="Scaling"/> multiplies; the paper uses 0.3 for linear and 0.075 for square-root scaling
    /// (B.1). Default: 0.3.
    /// </summary>
    public double BaseRate { get; init => field = Require.Positive(value); } = 0.3;

    /// <summary>
    /// <c>linear</c> (base · B / 256), <c>sqrt</c> (base · √B) or <c>none</c>; B counts images, not views. Default:
    /// <c>linear</c>.
    /// </summary>
    public RateScaling Scaling { get; init => field = Require.Defined(value); } = RateScaling.Linear;

    /// <summary>
    /// The peak rate itself, overriding <see cref="BaseRate"/> and <see cref="Scaling"/>; null to scale. Default: null.
    /// </summary>
    public double? PeakRate { get; init => field = value is { } rate ? Require.Positive(rate) : null; }

    /// <summary>Momentum (AdamW: β₁), 0 to 0.9999. Default: 0.9.</summary>
    public double Momentum { get; init => field = Require.Between(value, 0, 0.9999); } = 0.9;

    /// <summary>Weight decay; biases and batch-norm parameters are excluded. Default: 1e-6.</summary>
    public double WeightDecay { get; init => field = Require.NonNegative(value); } = 1e-6;

    /// <summary>The trust coefficient of LARS. Default: 0.001.</summary>
    public double TrustCoefficient { get; init => field = Require.Positive(value); } = 0.001;

    /// <summary>Returns the learning rate at the end of warm-up for batches of the given number of images.</summary>
    public double PeakRateFor(int batchSize) => PeakRate ?? Scaling switch
    {
        RateScaling.Linear => BaseRate * batchSize / 256,
        RateScaling.Sqrt => BaseRate * Math.Sqrt(batchSize),
        _ => BaseRate,
    };
}
