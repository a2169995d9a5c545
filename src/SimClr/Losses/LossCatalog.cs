namespace SimClr.Losses;

/// <summary>The losses by name.</summary>
public static class LossCatalog
{
    /// <summary>Builds the loss that the options name.</summary>
    public static IContrastiveLoss Create(LossOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            LossOptions.NtLogistic => new NtLogisticLoss(options.Temperature, options.SemiHard, options.Normalize),
            LossOptions.MarginTriplet => new MarginLoss(options.Margin, options.SemiHard, options.Normalize),
            _ => new NtXentLoss(options.Temperature, options.Normalize),
        };
    }
}
