namespace SimClr.Cli.Progress;

/// <summary>
/// Selects the progress display: a bar on an interactive terminal, otherwise plain lines at intervals.
/// </summary>
internal static class Display
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    public static T Show<T>(CommandContext context, Func<IDisplay, T> work)
        => context.IsInteractive && context.Error is ConsoleWriter terminal
            ? BarDisplay.Show(terminal.Drawing, work)
            : work(new LineDisplay(context.Error, TimeProvider.System));

    /// <summary>
    /// Returns a display for work that usually takes no time: plain lines, the first only after two seconds.
    /// </summary>
    public static IProgress<WorkDone> Delayed(TextWriter output, TimeProvider clock)
    {
        long begin = clock.GetTimestamp();
        IProgress<WorkDone> lines = new LineDisplay(output, clock).Work(int.MaxValue);
        return new ImmediateProgress<WorkDone>(work =>
        {
            if (clock.GetElapsedTime(begin) >= Delay)
            {
                lines.Report(work);
            }
        });
    }
}
