namespace SimClr.Losses;

/// <summary>The losses by name.</summary>
public static class LossCatalog
{
    /// <summary>Builds the loss that the options name.</summary>
    public static IContrastiveLoss Create(LossOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NtXentLoss(options.Temperature);
    }
}
