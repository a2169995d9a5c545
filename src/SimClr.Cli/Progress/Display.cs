namespace SimClr.Cli.Progress;

/// <summary>Chooses how progress is shown: a bar to someone who watches, else a plain line every so often.</summary>
internal static class Display
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    public static T Show<T>(CommandContext context, Func<IDisplay, T> work)
        => context.IsInteractive && context.Error is ConsoleWriter terminal
            ? BarDisplay.Show(terminal.Drawing, work)
            : work(new LineDisplay(context.Error, TimeProvider.System));

    /// <summary>For work that is usually done at once: plain lines, and the first only after two seconds.</summary>
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
