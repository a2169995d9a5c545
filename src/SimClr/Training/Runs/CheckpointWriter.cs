using System.Diagnostics;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>Writes checkpoints when they are due, and a last one when the run is stopped.</summary>
/// <param name="run">The run directory.</param>
/// <param name="encoder">The encoder in training.</param>
/// <param name="calendar">The calendar of due checkpoints.</param>
/// <param name="guard">The guard that keeps weights that are not finite out of checkpoints.</param>
/// <param name="skipped">The unreadable images so far.</param>
/// <param name="world">The processes of the run.</param>
/// <param name="cancellation">Stops the run after the current step.</param>
internal sealed class CheckpointWriter(
    RunDirectory run,
    TrainedEncoder encoder,
    RunCalendar calendar,
    DivergenceGuard guard,
    SkippedImages skipped,
    World world,
    CancellationToken cancellation) : IRunObserver
{
    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The run was stopped, and its checkpoint is written.</exception>
    public void OnStep(TrainingState state)
    {
        bool stops = world.Any(cancellation.IsCancellationRequested) && state.Step < state.TotalSteps;
        if (!stops && !calendar.Saves(state.Step))
        {
            return;
        }

        using Activity? span = Telemetry.StartSpan("checkpoint");
        guard.Check(state);
        world.CheckWeights(state.Tensors.Select(tensor => tensor.Value), state.Step);
        world.Merge(skipped);
        state.Checkpoint = world.OnRankZero(() =>
        {
            string written = state.Save(run, encoder, calendar.Checkpoints.Keep);
            skipped.Write(run.SkippedFile);
            return written;
        });
        if (stops)
        {
            throw new OperationCanceledException(
                $"stopped after step {state.Step} of {state.TotalSteps}; the checkpoint is {state.Checkpoint}",
                cancellation).MarkCollective();
        }
    }
}
