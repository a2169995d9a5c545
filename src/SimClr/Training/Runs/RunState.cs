using SimClr.Checkpoints;

namespace SimClr.Training;

/// <summary>
/// The content of <c>state.json</c>: how far a run is, and the process that trains it. Training rewrites the file about
/// every 10 seconds, so that a killed run is recognized. A resume does not depend on it.
/// </summary>
/// <param name="Status">The status that the process stored last.</param>
/// <param name="Step">The number of steps done.</param>
/// <param name="Steps">The number of steps of the whole run.</param>
/// <param name="Epoch">The number of epochs done, with its fraction.</param>
/// <param name="Epochs">The number of epochs of the whole run.</param>
/// <param name="Process">The ID of the process; with several ranks, that of rank 0.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="Started">When the run was started first.</param>
/// <param name="Updated">When the file was written.</param>
/// <param name="Reason">Why the run stopped or diverged; otherwise null.</param>
public sealed record RunState(
    RunStatus Status,
    long Step,
    long Steps,
    double Epoch,
    int Epochs,
    int Process,
    string Host,
    DateTimeOffset Started,
    DateTimeOffset Updated,
    string? Reason = null)
{
    /// <summary>The time without an update after which a run on another machine counts as lost.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(5);

    // The start of a process and the time of a file come from clocks that need not agree to the second.
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(5);

    /// <summary>Returns the state of a run directory; null if there is none, as in runs of earlier versions.</summary>
    /// <exception cref="DataException">The file is damaged or cannot be read.</exception>
    public static RunState? Find(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return File.Exists(run.StateFile) ? RecordFile.Read<RunState>(run.StateFile, "the state of a run") : null;
    }

    /// <summary>
    /// Returns the status at a time. A running run is lost if its process has ended, or, on another machine, if it has
    /// not been updated for 5 minutes.
    /// </summary>
    /// <param name="now">The time.</param>
    public RunStatus StatusAt(DateTimeOffset now)
    {
        bool alive = Host == Environment.MachineName ? ProcessRuns() : now - Updated <= MaxSilence;
        return Status == RunStatus.Running && !alive ? RunStatus.Lost : Status;
    }

    /// <summary>Writes the state. The file is written completely or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal void Write(RunDirectory run) => RecordFile.Write(run.StateFile, this);

    // A process that began after the last update only reuses the ID.
    private bool ProcessRuns()
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(Process);
            return process.StartTime.ToUniversalTime() <= Updated.UtcDateTime + ClockError;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return false;   // There is no such process, or it has just ended.
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return true;   // It exists, but belongs to another user.
        }
    }
}
