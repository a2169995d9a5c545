namespace SimClr.Optimizers;

/// <summary>The optimizers by name.</summary>
public static class OptimizerCatalog
{
    /// <summary>Builds the optimizer that the options name.</summary>
    public static Optimizer Create(OptimizerOptions options, IReadOnlyList<TrainedParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            "sgd" => new Sgd(parameters, options.Momentum, options.WeightDecay),
            "adamw" => new AdamW(parameters, options.Momentum, options.WeightDecay),
            _ => new Lars(parameters, options.Momentum, options.WeightDecay, options.TrustCoefficient),
        };
    }
}
