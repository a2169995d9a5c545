using SimClr.Checkpoints;

namespace SimClr.Training;

/// <summary>
/// The calendar of a run's logs and checkpoints. Steps are counted from 1 and looked up after they are done.
/// </summary>
/// <param name="StepsPerEpoch">The number of steps in an epoch.</param>
/// <param name="TotalSteps">The number of steps of the whole run.</param>
/// <param name="Checkpoints">The options that say when checkpoints are due.</param>
internal sealed record RunCalendar(int StepsPerEpoch, long TotalSteps, CheckpointOptions Checkpoints)
{
    private const int StepsPerLog = 10;

    private long StepsPerCheckpoint => Checkpoints.EverySteps ?? (long)Checkpoints.EveryEpochs * StepsPerEpoch;

    /// <summary>Returns whether a step is the last of its epoch.</summary>
    public bool EndsEpoch(long step) => step % StepsPerEpoch == 0;

    /// <summary>Returns whether a step is logged.</summary>
    public bool Logs(long step) => EndsEpoch(step) || step % StepsPerLog == 0;

    /// <summary>Returns whether a checkpoint is due after a step.</summary>
    public bool Saves(long step) => step == TotalSteps || step % StepsPerCheckpoint == 0;
}
