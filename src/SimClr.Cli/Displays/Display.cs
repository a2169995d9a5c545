namespace SimClr.Cli.Displays;

/// <summary>Chooses how progress is shown: a bar to someone who watches, else a plain line every so often.</summary>
internal static class Display
{
    public static T Show<T>(CommandContext context, Func<IDisplay, T> work)
        => context.Watched && context.Error is ConsoleWriter terminal
            ? BarDisplay.Show(terminal.Drawing, work)
            : work(new LineDisplay(context.Error, TimeProvider.System));
}
