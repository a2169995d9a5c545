using SimClr.Checkpoints;

namespace SimClr.Training;

/// <summary>When a run logs and saves. Steps are counted from 1: the question is asked when the step is done.</summary>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Checkpoints">When checkpoints are due.</param>
internal sealed record RunCalendar(int StepsPerEpoch, long TotalSteps, CheckpointOptions Checkpoints)
{
    private const int StepsPerLog = 10;

    private long StepsPerCheckpoint => Checkpoints.EverySteps ?? (long)Checkpoints.EveryEpochs * StepsPerEpoch;

    /// <summary>Whether a step is the last of its epoch.</summary>
    public bool EndsEpoch(long step) => step % StepsPerEpoch == 0;

    /// <summary>Whether a step is logged.</summary>
    public bool Logs(long step) => EndsEpoch(step) || step % StepsPerLog == 0;

    /// <summary>Whether a checkpoint is due after a step.</summary>
    public bool Saves(long step) => step == TotalSteps || step % StepsPerCheckpoint == 0;
}
