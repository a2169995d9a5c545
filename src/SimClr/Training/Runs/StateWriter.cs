using Microsoft.Extensions.Logging;
using SimClr.Checkpoints;

namespace SimClr.Training;

/// <summary>
/// Writes <see cref="RunState"/>: at the start and the end of a session, and every 10 seconds in between, on a timer,
/// since a step may take longer than that. A file that cannot be written is reported once; training goes on.
/// </summary>
internal sealed class StateWriter : IRunObserver, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly RunDirectory run;
    private readonly RunCalendar calendar;
    private readonly ILogger logger;
    private readonly TimeProvider clock;
    private readonly DateTimeOffset started;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private RunStatus status = RunStatus.Running;
    private string? reason;
    private long step;
    private bool warned;

    /// <param name="run">The run directory.</param>
    /// <param name="calendar">The calendar of the run.</param>
    /// <param name="firstStep">The number of steps done before the session.</param>
    /// <param name="logger">The receiver of a warning.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    public StateWriter(
        RunDirectory run, RunCalendar calendar, long firstStep, ILogger logger, TimeProvider? clock = null)
    {
        (this.run, this.calendar, this.logger, step) = (run, calendar, logger, firstStep);
        this.clock = clock ?? TimeProvider.System;
        started = StartOf(run) ?? this.clock.GetUtcNow();
        Write();
        timer = this.clock.CreateTimer(_ => Beat(), null, Interval, Interval);
    }

    /// <inheritdoc/>
    public void OnStep(TrainingState state) => Interlocked.Exchange(ref step, state.Step);

    /// <summary>Stores that the run is finished.</summary>
    public void Finish() => End(RunStatus.Finished, null);

    /// <summary>Stores why the session ended early.</summary>
    public void Fail(Exception error)
        => End(error is DivergenceException ? RunStatus.Diverged : RunStatus.Stopped, error.Message);

    /// <summary>Ends the session; without <see cref="Finish"/> or <see cref="Fail"/>, the run is stopped.</summary>
    public void Dispose()
    {
        timer.Dispose();
        End(RunStatus.Stopped, null);
    }

    private void End(RunStatus now, string? why)
    {
        lock (gate)
        {
            if (status == RunStatus.Running)
            {
                (status, reason) = (now, why);
                Write();
            }
        }
    }

    private void Beat()
    {
        lock (gate)
        {
            if (status == RunStatus.Running)
            {
                Write();
            }
        }
    }

    private void Write()
    {
        long done = Interlocked.Read(ref step);
        try
        {
            new RunState(
                status, done, calendar.TotalSteps, Math.Round((double)done / calendar.StepsPerEpoch, 4),
                (int)(calendar.TotalSteps / calendar.StepsPerEpoch), Environment.ProcessId, Environment.MachineName,
                started, clock.GetUtcNow(), reason).Write(run);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!warned)
            {
                warned = true;
                logger.LogWarning("{File} cannot be written: {Reason}.", run.StateFile, error.Message.TrimEnd('.'));
            }
        }
    }

    private static DateTimeOffset? StartOf(RunDirectory run)
    {
        try
        {
            return RunState.Find(run)?.Started;
        }
        catch (DataException)
        {
            return null;   // damaged: this session replaces it
        }
    }
}
