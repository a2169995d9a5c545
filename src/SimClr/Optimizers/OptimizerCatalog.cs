namespace SimClr.Optimizers;

/// <summary>The optimizers by name.</summary>
public static class OptimizerCatalog
{
    /// <summary>
    /// Creates the optimizer named in the options. LARS excludes weights that are zero at the start of training from
    /// decay and adaptation: a step of 0.001 · ‖w‖ hardly moves a weight near zero. The paper's code excludes by name:
    /// <c>batch_normalization</c>, <c>bias</c> and <c>head_supervised</c>, the classification layer. It adds the weight
    /// decay of that layer, 1e-6, to the loss; here, the layer is not decayed.
    /// </summary>
    /// <param name="options">Name and hyperparameters.</param>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>, with their initial values.</param>
    public static Optimizer Create(OptimizerOptions options, IReadOnlyList<TrainedParameter> parameters)
        => Create(options, parameters, notAdapted: null);

    /// <summary>Creates the optimizer of a resumed run.</summary>
    /// <param name="options">Name and hyperparameters.</param>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>.</param>
    /// <param name="notAdapted">The weights that were zero when the run started; null to detect them.</param>
    internal static Optimizer Create(
        OptimizerOptions options, IReadOnlyList<TrainedParameter> parameters, IReadOnlyCollection<string>? notAdapted)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            OptimizerName.Sgd => new Sgd(parameters, options.Momentum, options.WeightDecay),
            OptimizerName.AdamW => new AdamW(parameters, options.Momentum, options.WeightDecay),
            OptimizerName.Lars => new Lars(
                notAdapted is null
                    ? ParameterGroups.ExcludeZeros(parameters)
                    : ParameterGroups.Exclude(parameters, notAdapted),
                options.Momentum,
                options.WeightDecay,
                options.TrustCoefficient),
            _ => throw new ArgumentException($"the catalog has no optimizer {options.Name}", nameof(options)),
        };
    }
}
