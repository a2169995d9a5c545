namespace SimClr.Losses;

/// <summary>The losses by name.</summary>
public static class LossCatalog
{
    /// <summary>Creates the loss named in the options.</summary>
    public static IContrastiveLoss Create(LossOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            LossName.NtLogistic => new NtLogisticLoss(options.Temperature, options.SemiHard, options.Normalize),
            LossName.Margin => new MarginLoss(options.Margin, options.SemiHard, options.Normalize),
            LossName.NtXent => new NtXentLoss(options.Temperature, options.Normalize),
            _ => throw new ArgumentException($"the catalog has no loss {options.Name}", nameof(options)),
        };
    }
}
