using System.Text;
using Microsoft.Extensions.Logging;
using SimClr.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SimClr.Cli.Progress;

/// <summary>A progress bar that redraws itself, for interactive use.</summary>
internal sealed class BarDisplay : IDisplay
{
    private readonly ProgressContext bars;
    private ProgressTask? unused;
    private ProgressTask? training;

    private BarDisplay(IAnsiConsole console, ProgressContext bars)
    {
        this.bars = bars;
        Logger = new NoteLogger(console.WriteLine);
        unused = bars.AddTask("preparing …");
        unused.IsIndeterminate = true;
    }

    public ILogger Logger { get; }

    public IProgress<PretrainProgress> Training => new ImmediateProgress<PretrainProgress>(Report);

    /// <summary>Shows the progress of work on a terminal.</summary>
    /// <param name="output">The terminal's standard error without escaping, because the bar moves the cursor.</param>
    /// <param name="work">The work to show.</param>
    public static T Show<T>(TextWriter output, Func<IDisplay, T> work)
        => Show(AnsiConsole.Create(new AnsiConsoleSettings { Out = new Terminal(output) }), work);

    internal static T Show<T>(IAnsiConsole console, Func<IDisplay, T> work)
        => console.Progress()
            .Columns(new ProgressBarColumn { Width = 10 }, new PercentageColumn(), new TextColumn())
            .Start(bars => work(new BarDisplay(console, bars)));

    public IProgress<WorkDone> Work(int total)
    {
        ProgressTask bar = Bar(total);
        return new ImmediateProgress<WorkDone>(work =>
        {
            bar.Value = work.Done;
            bar.Description = Markup.Escape(TerminalText.EscapeName(work.Text));
        });
    }

    private void Report(PretrainProgress progress)
    {
        training ??= Bar(progress.TotalSteps);
        training.Value = progress.Step;
        training.Description = Markup.Escape(ProgressText.Format(progress));
    }

    private ProgressTask Bar(long total)
    {
        ProgressTask bar = unused ?? bars.AddTask("preparing …");
        unused = null;
        bar.IsIndeterminate = false;
        bar.MaxValue = total;
        return bar;
    }

    // Spectre.Console detects a terminal only if the writer is Console.Error itself.
    private sealed class Terminal(TextWriter output) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput size = new(output);

        public TextWriter Writer => output;

        public bool IsTerminal => true;

        public int Width => size.Width;

        public int Height => size.Height;

        public void SetEncoding(Encoding encoding)
        {
        }
    }

    /// <summary>
    /// The text after the bar. Long text wraps to the next line, where the built-in column would squeeze the bar and
    /// the percentage.
    /// </summary>
    private sealed class TextColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => new Markup(task.Description);
    }
}
