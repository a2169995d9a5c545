namespace SimClr.Optimizers;

/// <summary>The optimizers by name.</summary>
public static class OptimizerCatalog
{
    /// <summary>
    /// Builds the optimizer that the options name. LARS excludes weights that are zero now, at the start of training, from
    /// decay and adaptation: a step of 0.001 · ‖w‖ hardly moves what is near zero. The paper's code excludes by name:
    /// <c>batch_normalization</c>, <c>bias</c> and <c>head_supervised</c>, the layer for classes. It adds the weight decay
    /// of that layer, 1e-6, to the loss; here the layer sees none.
    /// </summary>
    /// <param name="options">Name and numbers.</param>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>, with their initial values.</param>
    public static Optimizer Create(OptimizerOptions options, IReadOnlyList<TrainedParameter> parameters)
        => Create(options, parameters, notAdapted: null);

    /// <summary>The same, for a run that is resumed.</summary>
    /// <param name="options">Name and numbers.</param>
    /// <param name="parameters">From <see cref="ParameterGroups.FromModule"/>.</param>
    /// <param name="notAdapted">The weights that were zero when the run started; null to look.</param>
    internal static Optimizer Create(
        OptimizerOptions options, IReadOnlyList<TrainedParameter> parameters, IReadOnlyCollection<string>? notAdapted)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            OptimizerName.Sgd => new Sgd(parameters, options.Momentum, options.WeightDecay),
            OptimizerName.AdamW => new AdamW(parameters, options.Momentum, options.WeightDecay),
            _ => new Lars(
                notAdapted is null ? ParameterGroups.ExcludeZeros(parameters) : ParameterGroups.Exclude(parameters, notAdapted),
                options.Momentum,
                options.WeightDecay,
                options.TrustCoefficient),
        };
    }
}
