using SimClr.Internals;

namespace SimClr.Optimizers;

/// <summary>The length of training and of its warm-up: section <c>schedule</c> of the configuration.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Passes over the images. Default: 100.</summary>
    [MayDiffer(Between.Sessions)]
    public int Epochs { get; init => field = Require.Positive(value); } = 100;

    /// <summary>Epochs over which the learning rate rises linearly from 0; may be a fraction. Default: 10.</summary>
    public double WarmupEpochs { get; init => field = Require.NonNegative(value); } = 10;
}
