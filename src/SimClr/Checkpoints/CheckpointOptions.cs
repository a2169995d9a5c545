using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>Checkpoint options: the <c>checkpoint</c> section of the configuration.</summary>
public sealed record CheckpointOptions
{
    /// <summary>The number of steps between checkpoints, or null to count in epochs. Default: null.</summary>
    [MayDiffer(Between.Sessions)]
    public int? EverySteps { get; init => field = value is { } steps ? Require.Positive(steps) : null; }

    /// <summary>The number of epochs between checkpoints if <see cref="EverySteps"/> is null. Default: 1.</summary>
    [MayDiffer(Between.Sessions)]
    public int EveryEpochs { get; init => field = Require.Positive(value); } = 1;

    /// <summary>The number of checkpoints to keep, the newest ones. Default: 2.</summary>
    [MayDiffer(Between.Sessions)]
    public int Keep { get; init => field = Require.Positive(value); } = 2;
}
