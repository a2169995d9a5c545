using System.Globalization;
using Microsoft.Extensions.Logging;
using SimClr.Training;

namespace SimClr.Cli.Progress;

/// <summary>
/// Plain lines for logs and pipes: the first report immediately, then one line every ten seconds, at the end of each
/// epoch, and at the end of the work.
/// </summary>
internal sealed class LineDisplay(TextWriter output, TimeProvider clock) : IDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long? last;

    public ILogger Logger { get; } = new NoteLogger(output.WriteLine);

    public IProgress<PretrainProgress> Training => new ImmediateProgress<PretrainProgress>(Report);

    public IProgress<WorkDone> Work(int total)
    {
        last = null;
        return new ImmediateProgress<WorkDone>(work => Write(work.Done == total, work.Text));
    }

    private void Report(PretrainProgress progress)
    {
        long stepsPerEpoch = Math.Max(1, progress.TotalSteps / progress.Epochs);
        string step = string.Create(CultureInfo.InvariantCulture, $"step {progress.Step}/{progress.TotalSteps}");
        Write(progress.Step % stepsPerEpoch == 0, $"{step}, {ProgressText.Format(progress)}");
    }

    private void Write(bool always, string line)
    {
        lock (gate)
        {
            long now = clock.GetTimestamp();
            if (always || last is null || clock.GetElapsedTime(last.Value, now) >= Pause)
            {
                last = now;
                output.WriteLine(TerminalText.EscapeName(line));
            }
        }
    }
}
