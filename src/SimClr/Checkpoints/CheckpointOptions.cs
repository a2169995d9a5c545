using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>When checkpoints are written: section <c>checkpoint</c> of the configuration.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Steps between checkpoints, or null (default) to count in epochs.</summary>
    [MayDiffer(Between.Sessions)]
    public int? EverySteps { get; init => field = value is { } steps ? Require.Positive(steps) : null; }

    /// <summary>Epochs between checkpoints, where <see cref="EverySteps"/> is null. Default 1.</summary>
    [MayDiffer(Between.Sessions)]
    public int EveryEpochs { get; init => field = Require.Positive(value); } = 1;

    /// <summary>How many of the newest are kept. Default 2.</summary>
    [MayDiffer(Between.Sessions)]
    public int Keep { get; init => field = Require.Positive(value); } = 2;
}
